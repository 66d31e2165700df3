import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { About } from '../model/about.ts';
import { Model } from '../model/model.ts';
import type { Flagged, Release } from '../onnx/runtime/compute-thread.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { whileBusy } from '../onnx/runtime/session-flags.ts';
import { messageOf } from '../support/errors.ts';
import type { Answer } from '../support/pending-answers.ts';
import { failureOf, type Failed } from '../support/threads.ts';
import { ContinuousDecoder, type TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import { nextBatch, type Waiting } from './next-batch.ts';

/** What the thread is started with. */
export interface EngineStart extends MachineChoice {
  /** One, or several that share an encoder. */
  models: readonly string[];
}

/**
 * To the thread: a stretch of a stream for one of its models, with a number for the answer; or that a stream is over.
 */
export type Order = { id: number; model: number; stream: number; segment: Segment } | { over: number };

/** From the thread. */
export type Report =
  | { ready: About[] }
  | Failed
  /** What a stream says by now, up to this stretch. */
  | Answer<TranscriptSegment[]>
  | { batch: { model: number; stretches: number; soundSeconds: number; seconds: number } };

interface Item extends Waiting {
  id: number;
  segment: Segment;
}

const queue: Item[] = [];
const decoders = new Map<number, ContinuousDecoder>();
/** Ends when nothing is left in the queue. */
let working: Promise<void> | undefined;

const say = (report: Report): void => parentPort!.postMessage(report);

/** Loads models, then computes what streams send, theirs side by side. */
async function main({ models: names, flags, ...machine }: EngineStart & Flagged): Promise<void> {
  const models = await Model.loadAll(names, machine);
  say({ ready: models.map(({ about }) => about) });
  parentPort!.on('message', (order: Order | Release) => {
    if ('release' in order) return void release(models);
    if ('over' in order) return forget(order.over);
    if (!decoders.has(order.stream)) decoders.set(order.stream, new ContinuousDecoder(models[order.model]!.decoder));
    queue.push({ ...order, samples: order.segment.samples.length });
    working ??= work(models, flags);
  });
}

/** What is still in the queue is answered by nothing. */
function forget(over: number): void {
  decoders.delete(over);
  const dropped = queue.filter(({ stream }) => stream === over);
  queue.splice(0, queue.length, ...queue.filter(({ stream }) => stream !== over));
  for (const { id } of dropped) say({ id, value: [] });
}

async function work(models: readonly Model[], flags: Int32Array): Promise<void> {
  while (queue.length > 0) {
    await computeBatch(models, nextBatch(queue), flags);
    // What has come meanwhile takes its turn.
    await setImmediate();
  }
  working = undefined;
}

async function computeBatch(models: readonly Model[], batch: Item[], flags: Int32Array): Promise<void> {
  const { model } = batch[0]!;
  const since = performance.now();
  try {
    const outputs = await whileBusy(flags, () => models[model]!.run(batch.map(({ segment }) => segment.samples)));
    for (const [i, { id, stream, segment }] of batch.entries())
      await (decoders.get(stream)?.add(segment, outputs[i]!) ?? Promise.resolve([])).then(
        (value) => say({ id, value }),
        (error: unknown) => say({ id, error: messageOf(error) }),
      );
  } catch (error) {
    for (const { id } of batch) say({ id, error: messageOf(error) });
  }
  const soundSeconds = batch.reduce((sum, { samples }) => sum + samples, 0) / 16_000;
  say({ batch: { model, stretches: batch.length, soundSeconds, seconds: (performance.now() - since) / 1000 } });
}

async function release(models: readonly Model[]): Promise<void> {
  await working;
  await Promise.all(models.map((model) => model.release()));
  parentPort!.close();
}

await main(workerData as EngineStart & Flagged).catch((error: unknown) => say(failureOf(error)));
