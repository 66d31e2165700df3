import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { About } from '../model/about.ts';
import { Model } from '../model/model.ts';
import type { Flagged, Release } from '../onnx/runtime/compute-thread.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { whileBusy } from '../onnx/runtime/session-flags.ts';
import { messageOf } from '../support/errors.ts';
import { failureOf, type Failed } from '../support/threads.ts';
import { ContinuousDecoder, type TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import { nextBatch, type Waiting } from './next-batch.ts';

/** What the thread is started with. */
export interface EngineStart extends MachineChoice {
  model: string;
}

/** To the thread: a stretch of a stream, with a number for the answer; or that a stream is over. */
export type Order = { id: number; stream: number; segment: Segment } | { over: number };

/** From the thread. */
export type Report =
  | { ready: About }
  | Failed
  /** What a stream says by now, up to this stretch. */
  | { id: number; spoken: TranscriptSegment[] }
  | { id: number; error: string }
  | { batch: { stretches: number; soundSeconds: number; seconds: number } };

interface Item extends Waiting {
  id: number;
  segment: Segment;
}

const queue: Item[] = [];
const decoders = new Map<number, ContinuousDecoder>();
/** Ends when nothing is left in the queue. */
let working: Promise<void> | undefined;

const say = (report: Report): void => parentPort!.postMessage(report);

/** Loads a model, then computes what streams send, theirs side by side. */
async function main({ model: name, flags, ...machine }: EngineStart & Flagged): Promise<void> {
  const model = await Model.load(name, machine);
  say({ ready: model.about });
  parentPort!.on('message', (order: Order | Release) => {
    if ('release' in order) return void release(model);
    if ('over' in order) return forget(order.over);
    if (!decoders.has(order.stream)) decoders.set(order.stream, new ContinuousDecoder(model.decoder));
    queue.push({ ...order, samples: order.segment.samples.length });
    working ??= work(model, flags);
  });
}

/** What is still in the queue is answered by nothing. */
function forget(over: number): void {
  decoders.delete(over);
  const dropped = queue.filter(({ stream }) => stream === over);
  queue.splice(0, queue.length, ...queue.filter(({ stream }) => stream !== over));
  for (const { id } of dropped) say({ id, spoken: [] });
}

async function work(model: Model, flags: Int32Array): Promise<void> {
  while (queue.length > 0) {
    await computeBatch(model, nextBatch(queue), flags);
    // What has come meanwhile takes its turn.
    await setImmediate();
  }
  working = undefined;
}

async function computeBatch(model: Model, batch: Item[], flags: Int32Array): Promise<void> {
  const since = performance.now();
  try {
    const outputs = await whileBusy(flags, () => model.run(batch.map(({ segment }) => segment.samples)));
    for (const [i, { id, stream, segment }] of batch.entries())
      say({ id, spoken: (await decoders.get(stream)?.add(segment, outputs[i]!)) ?? [] });
  } catch (error) {
    for (const { id } of batch) say({ id, error: messageOf(error) });
  }
  const soundSeconds = batch.reduce((sum, { samples }) => sum + samples, 0) / 16_000;
  say({ batch: { stretches: batch.length, soundSeconds, seconds: (performance.now() - since) / 1000 } });
}

async function release(model: Model): Promise<void> {
  await working;
  await model.release();
  parentPort!.close();
}

await main(workerData as EngineStart & Flagged).catch((error: unknown) => say(failureOf(error)));
