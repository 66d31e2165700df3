import type { Worker } from 'bullmq';
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { modelHash } from '../../model/hash.ts';
import { Model, readModel } from '../../model/model.ts';
import { onMachine } from '../../onnx/runtime/machine.ts';
import type { Sound } from '../../audio/source.ts';
import { piecesOf } from '../recordings.ts';
import { transcribePieces, type TranscribeOptions } from '../transcribe.ts';
import { connected, queueName } from './connection.ts';
import type { QueuedRecording, QueuedResult } from './job.ts';

export interface WorkOptions extends TranscribeOptions {
  /** Milliseconds after which a worker that isn't heard of counts as gone, and another takes what it had. */
  stalledAfter?: number;
  /** Told of each recording that is done. */
  onDone?: (recording: string) => void;
}

/** One is decoded while another is heard. */
const AT_ONCE = 2;
/** Workers that may be lost on one recording before it counts as failed. */
const MOST_STALLED = 5;

/**
 * Takes recordings from a queue, transcribes them and answers, until it is stopped: then it ends what it has begun.
 * @param url of the Redis or Valkey server
 * @param modelFolder the model that the batch names, here: the same by its contents
 * @throws InputError when there is no server, or the model is none
 */
export async function work(url: string, modelFolder: string, options: WorkOptions = {}): Promise<void> {
  const { device, threads, progress, signal, stalledAfter = 30_000 } = options;
  const parts = await readModel(modelFolder, { progress, signal });
  const by = soundBy(await modelHash(parts), options);
  const { Worker: Taker } = await import('bullmq');
  const client = await connected(url);
  const model = await onMachine({ device, threads }, () => Model.assemble(parts));
  const task = progress?.('transcribe', undefined, 'recordings');
  const answer = async ({ data }: { data: QueuedRecording }): Promise<QueuedResult> => {
    for await (const item of transcribePieces(model, piecesOf([data.recording], data.sound))) {
      task?.advance();
      options.onDone?.(data.recording);
      return item;
    }
    throw new Error(`${data.recording}: nothing came of it`);
  };
  const worker: Worker<QueuedRecording, QueuedResult> = new Taker(queueName(by), answer, {
    ...{ connection: client, concurrency: AT_ONCE, maxStalledCount: MOST_STALLED },
    ...{ lockDuration: stalledAfter, stalledInterval: stalledAfter },
  });
  worker.on('error', () => {});
  try {
    await stopped(signal);
    await worker.close();
  } finally {
    client.disconnect();
    await model.release();
    task?.done();
  }
}

/** Which model, and which sound of recordings: what a queue is called, and what a journal knows done work by. */
export const soundBy = (model: string, { track, channel }: Sound): string =>
  createHash('sha256')
    .update(JSON.stringify([model, track ?? null, channel ?? null]))
    .digest('hex')
    .slice(0, 16);

async function stopped(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  if (signal) setMaxListeners(0, signal);
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
