import { fastify, type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { connected } from '../../queue/connection.ts';
import { Queues } from '../../queue/queues.ts';
import { checkAccess } from '../access.ts';
import { addressOf, listen } from '../listening.ts';
import { refusalOf } from '../refusal.ts';
import { bullBoard } from './packages.ts';

export interface BoardOptions {
  /** Where it listens; this machine alone by default. */
  host?: string;
  /** 0 for any that is free. */
  port?: number;
  /** What a browser must give as password: see `tokenFor`. */
  token?: string | undefined;
}

/** A board that runs. */
export interface Board {
  /** `http://127.0.0.1:8001` */
  address: string;
  close: () => Promise<void>;
}

/** A queue that is made later is there by then. */
const LOOK_MS = 5000;
/** The page's own makers would have it get letters from elsewhere, which would tell them where it is looked at. */
const ONLY_FROM_HERE = "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/**
 * Shows in a browser what lies in the queues of a server: what waits, what is worked on, what failed and why. Nothing
 * can be changed there.
 * @param url of the Redis or Valkey server
 * @throws InputError when there is no server, or the packages of the page are not installed; WorkError when the port
 * can't be had
 */
export async function openBoard(url: string, options: BoardOptions = {}): Promise<Board> {
  const { host = '127.0.0.1', port = 8001, token } = options;
  const { createBullBoard, BullMQAdapter, FastifyAdapter } = await bullBoard();
  const client = await connected(url);
  const queues = new Queues(client);
  const serverAdapter = new FastifyAdapter();
  const board = createBullBoard({
    ...{ queues: [], serverAdapter },
    options: { uiConfig: { boardTitle: 'isogloss', hideRedisDetails: true } },
  });
  const look = async (): Promise<void> => {
    const found = await queues.find();
    board.setQueues(
      found.map(({ queue, about }) => new BullMQAdapter(queue, { readOnlyMode: true, description: about })),
    );
  };
  const app = fastify();
  guard(app, token);
  await app.register(serverAdapter.registerPlugin());
  await look();
  // While the server is away, what was found stays.
  const looking = setInterval(() => void look().catch(() => {}), LOOK_MS);
  app.addHook('onClose', async () => {
    clearInterval(looking);
    await queues.close().catch(() => {});
    client.disconnect();
  });
  await listen(app, { host, port });
  return { address: addressOf(app.server.address() as AddressInfo), close: () => app.close() };
}

/** Browsers ask for a name and a password: the password is the token. */
function guard(app: FastifyInstance, token: string | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', ONLY_FROM_HERE).header('referrer-policy', 'no-referrer');
    const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() === 'basic') {
      const password = Buffer.from(given, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
      request.headers.authorization = `Bearer ${password}`;
    }
    try {
      checkAccess(request, token);
    } catch (error) {
      const { statusCode, message } = refusalOf(error);
      if (statusCode === 401) reply.header('www-authenticate', 'Basic realm="isogloss", charset="UTF-8"');
      return reply.status(statusCode).type('text/plain').send(message);
    }
  });
}
