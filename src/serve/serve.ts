import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import { fastify, type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { readJson } from '../support/files.ts';
import { packaged } from '../support/package.ts';
import { checkAccess } from './access.ts';
import type { House } from './house.ts';
import { live } from './live/live.ts';
import { LIMITS, type Limits } from './limits.ts';
import { addressOf, listen } from './listening.ts';
import { Metrics } from './metrics.ts';
import { Models } from './models.ts';
import { healthSchema, metricsSchema, modelsSchema } from './openapi.ts';
import { Places } from './places.ts';
import { errorBody, Refusal, refusalOf } from './refusal.ts';
import { transcriptions } from './transcriptions.ts';
import { UploadFolder } from './upload.ts';

export interface ServeOptions extends MachineChoice {
  /** Where it listens; this machine alone by default. */
  host?: string;
  /** 0 for any that is free. */
  port?: number;
  /** What clients must send as `Authorization: Bearer …`: see `tokenFor`. */
  token?: string | undefined;
  limits?: Partial<Limits>;
  /** Takes faults of the service. */
  log?: (error: unknown) => void;
}

/** A service that runs. */
export interface Service {
  /** `http://127.0.0.1:8000` */
  address: string;
  models: string[];
  /** Takes nothing new in, finishes what runs, and gives everything back. */
  close: () => Promise<void>;
}

/**
 * Serves models by HTTP, as OpenAI's service of transcriptions does.
 * @param models folders of runs, model folders, or models on the Hub; `NAME=FOLDER` gives one another name
 * @throws InputError when one is no model, WorkError when the port can't be had
 * @example
 * const service = await serve(['runs/italian-10min-1a2b3c4d'], { port: 8000 });
 * // … any client of OpenAI's, with baseURL `${service.address}/v1`
 * await service.close();
 */
export async function serve(models: readonly string[], options: ServeOptions = {}): Promise<Service> {
  const { host = '127.0.0.1', port = 8000, token, log = () => {} } = options;
  const limits = { ...LIMITS, ...options.limits };
  const places = new Places(limits.atOnce);
  const house: House = {
    models: await Models.open(models, options),
    places,
    metrics: new Metrics(places),
    uploads: await UploadFolder.make(log),
    limits,
    log,
  };
  const app = await application(house, token);
  await listen(app, { host, port });
  return {
    address: addressOf(app.server.address() as AddressInfo),
    models: [...house.models.all.keys()],
    close: () => closed(app),
  };
}

/** A client keeps its connection open behind an answer: as soon as nothing runs on it, it is closed. */
async function closed(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), 100);
  await app.close().finally(() => clearInterval(timer));
}

async function application(house: House, token: string | undefined): Promise<FastifyInstance> {
  const { models, metrics, uploads, limits } = house;
  const app = fastify({
    forceCloseConnections: 'idle',
    requestTimeout: limits.requestSeconds * 1000,
    // Of what is no form, nothing is read.
    bodyLimit: 1e5,
  });
  for (const [name, engine] of models.all) metrics.watch(name, engine);
  let endLive = (): Promise<void> => Promise.resolve();
  await app.register(websocket, {
    options: { maxPayload: 1 << 20 },
    preClose: (done: () => void) => void endLive().finally(done),
  });
  await app.register(multipart);
  const { version } = (await readJson(packaged('package.json'))) as { version: string };
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'isogloss', version } } });
  manners(app, house, token);
  app.get('/health', { schema: healthSchema, config: { open: true } }, async (_, reply) => {
    const ready = [...models.all.values()].every((engine) => engine.alive);
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'a model has failed' });
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/v1/models', { schema: modelsSchema }, () => models.list());
  app.get('/metrics', { schema: metricsSchema }, async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  transcriptions(app, house);
  endLive = live(app, house);
  app.addHook('onClose', async () => {
    await Promise.all([models.release(), uploads.remove()]);
  });
  return app;
}

/** What holds for all routes: who may ask, how errors are told, what is counted. */
function manners(app: FastifyInstance, { metrics, log }: House, token: string | undefined): void {
  app.addHook('onRequest', (request, _, done) => {
    if (!(request.routeOptions.config as { open?: boolean }).open) checkAccess(request, token);
    done();
  });
  app.addHook('onResponse', ({ routeOptions }, reply, done) => {
    metrics.answered(routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not_found', 'there is nothing here; /openapi.json lists what there is');
  });
  app.setErrorHandler((error, _, reply) => {
    const refusal = refusalOf(error);
    if (refusal.statusCode >= 500) log(error);
    if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
    // What is still to come of a request that came too slowly is not waited for.
    if (refusal.statusCode === 408) reply.header('connection', 'close');
    if (refusal.statusCode === 401) reply.header('www-authenticate', 'Bearer');
    return reply.status(refusal.statusCode).send(errorBody(refusal));
  });
}
