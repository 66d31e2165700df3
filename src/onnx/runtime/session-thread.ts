import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../support/errors.ts';
import { failureOf, type Failed } from '../../support/threads.ts';
import { Turns } from '../../support/turns.ts';
import type { Device } from './device.ts';
import { openFloatSession, type FloatArray, type FloatSession } from './float-session.ts';
import { BUSY, STOP } from './session-flags.ts';

/** What the thread is started with. */
export interface ThreadStart {
  model: Uint8Array;
  device: Device;
  threads: number;
  /** What both threads see at once. */
  flags: Int32Array;
}

/** To the thread: what to compute, with a number for the answer; or that it was the last. */
export type Order =
  { id: number; feeds: Readonly<Record<string, FloatArray>>; outputs: readonly string[] } | { release: true };

/** From the thread. */
export type Report =
  { ready: true } | Failed | { id: number; results: Record<string, Float32Array> } | { id: number; error: string };

const say = (report: Report, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(report, moved);

async function main({ model, device, threads, flags }: ThreadStart): Promise<void> {
  const session = await openFloatSession(model, { device, threads });
  const turns = new Turns();
  // What is asked meanwhile waits here: the other thread is not needed between an answer and the next question.
  parentPort!.on('message', (order: Order) => {
    void turns.take(() => ('release' in order ? release(session) : answer(session, order, flags)));
  });
  say({ ready: true });
}

async function answer(
  session: FloatSession,
  { id, feeds, outputs }: Exclude<Order, { release: true }>,
  flags: Int32Array,
): Promise<void> {
  Atomics.store(flags, BUSY, 1);
  try {
    if (Atomics.load(flags, STOP)) throw new Error('the session was released');
    const results = await session.run(feeds, outputs);
    const moved = Object.values(results).map(({ buffer }) => buffer as ArrayBuffer);
    say({ id, results }, moved);
  } catch (error) {
    say({ id, error: messageOf(error) });
  }
  Atomics.store(flags, BUSY, 0);
  Atomics.notify(flags, BUSY);
}

async function release(session: FloatSession): Promise<void> {
  await session.release();
  parentPort!.close();
}

await main(workerData as ThreadStart).catch((error: unknown) => say(failureOf(error)));
