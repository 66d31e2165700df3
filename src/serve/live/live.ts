import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { Endpoints } from '../../transcribe/endpoints.ts';
import { cutWhileDecoding } from '../../transcribe/segments.ts';
import type { House } from '../house.ts';
import { Job } from '../job.ts';
import { LONGEST_STRETCH_SECONDS, tooLong } from '../listen.ts';
import { errorBody, Refusal, refusalOf } from '../refusal.ts';
import { soundFrom } from './from-socket.ts';
import { liveSound } from './sound.ts';

const querySchema = z.object({
  model: z.string().optional(),
  rate: z.coerce.number().int().min(8000).max(48_000).default(SAMPLE_RATE),
});

/**
 * `GET /v1/audio/live` as a WebSocket: 16-bit PCM comes, utterances go, each when its end was heard. `{"type":"end"}`
 * ends it.
 * @returns ends those that run: what was said by then is still answered
 */
export function live(app: FastifyInstance, house: House): () => Promise<void> {
  const jobs = new WeakMap<FastifyRequest, { job: Job; model: ReturnType<House['models']['get']>; rate: number }>();
  const running = new Set<{ stop: () => void; done: Promise<void> }>();
  const preHandler = (request: FastifyRequest, _: FastifyReply, done: () => void): void => {
    if (!request.ws) throw new Refusal(426, 'websocket_wanted', 'this is for WebSocket clients');
    const { data } = querySchema.safeParse(request.query);
    if (!data) throw new Refusal(400, 'invalid_parameter', 'rate is from 8000 to 48000', { param: 'rate' });
    const model = house.models.get(data.model);
    const job = new Job(request.raw.socket, house.limits.soundSeconds);
    job.hold(house.places.take());
    jobs.set(request, { job, model, rate: data.rate });
    done();
  };
  app.get('/v1/audio/live', { websocket: true, preHandler }, (socket, request) => {
    const { job, model, rate } = jobs.get(request)!;
    const sound = soundFrom(socket, house.limits.silentSeconds);
    const done = answer(socket, sound.pcm, rate, model, job, house);
    const one = { stop: sound.end, done };
    running.add(one);
    void done.finally(() => running.delete(one));
  });
  return async () => {
    for (const { stop } of running) stop();
    await Promise.all([...running].map(({ done }) => done));
  };
}

async function answer(
  socket: WebSocket,
  pcm: Readable,
  rate: number,
  { name, engine }: ReturnType<House['models']['get']>,
  job: Job,
  { limits, log }: House,
): Promise<void> {
  const say = (message: object): void => socket.send(JSON.stringify(message));
  const texts: string[] = [];
  let samples = 0;
  async function* counted(): AsyncGenerator<Float32Array> {
    for await (const block of liveSound(pcm, rate, job.signal)) {
      samples += block.length;
      if (samples > limits.soundSeconds * SAMPLE_RATE) throw tooLong(limits.soundSeconds);
      yield block;
    }
  }
  try {
    say({ type: 'ready', model: name, rate });
    const endpoints = new Endpoints();
    const stretches = cutWhileDecoding(inSteps(counted()), LONGEST_STRETCH_SECONDS, (own, start) =>
      endpoints.find(own, start),
    );
    for await (const segment of engine.transcribe(stretches, job.signal)) {
      if (segment.text === '') continue;
      texts.push(segment.text);
      say({ type: 'segment', ...segment });
    }
    say({ type: 'done', text: texts.join(' '), seconds: samples / SAMPLE_RATE });
    socket.close(1000);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.statusCode >= 500) log(error);
    if (socket.readyState === socket.OPEN) say({ type: 'error', ...errorBody(refusal) });
    socket.close(refusal.statusCode >= 500 ? 1011 : 1008);
  } finally {
    pcm.destroy();
  }
}

/** Blocks of a tenth of a second: a pause is looked for after each. */
async function* inSteps(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  const step = SAMPLE_RATE / 10;
  for await (const block of blocks) for (let at = 0; at < block.length; at += step) yield block.subarray(at, at + step);
}
