import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../support/errors.ts';
import type { Answer } from '../../support/pending-answers.ts';
import { failureOf, type Failed } from '../../support/threads.ts';
import { Turns } from '../../support/turns.ts';
import type { Flagged, Release } from './compute-thread.ts';
import type { Device } from './device-names.ts';
import { openFloatSession, type FloatArray, type FloatSession } from './float-session.ts';
import { whileBusy } from './session-flags.ts';

/** What the thread is started with. */
export interface ThreadStart {
  model: Uint8Array;
  device: Device;
  threads: number;
}

/** To the thread: what to compute, with a number for the answer. */
export interface Order {
  id: number;
  feeds: Readonly<Record<string, FloatArray>>;
  outputs: readonly string[];
}

/** From the thread. */
export type Report = { ready: true } | Failed | Answer<Record<string, Float32Array>>;

const say = (report: Report, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(report, moved);

async function main({ model, device, threads, flags }: ThreadStart & Flagged): Promise<void> {
  const session = await openFloatSession(model, { device, threads });
  const turns = new Turns();
  // What is asked meanwhile waits here: the other thread is not needed between an answer and the next question.
  parentPort!.on('message', (order: Order | Release) => {
    void turns.take(() => ('release' in order ? release(session) : answer(session, order, flags)));
  });
  say({ ready: true });
}

async function answer(session: FloatSession, { id, feeds, outputs }: Order, flags: Int32Array): Promise<void> {
  try {
    const results = await whileBusy(flags, () => session.run(feeds, outputs));
    const moved = Object.values(results).map(({ buffer }) => buffer as ArrayBuffer);
    say({ id, value: results }, moved);
  } catch (error) {
    say({ id, error: messageOf(error) });
  }
}

async function release(session: FloatSession): Promise<void> {
  await session.release();
  parentPort!.close();
}

await main(workerData as ThreadStart & Flagged).catch((error: unknown) => say(failureOf(error)));
