import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { modelHash } from '../../model/hash.ts';
import { Model } from '../../model/model.ts';
import { readModel } from '../../model/read-model.ts';
import { onMachine } from '../../onnx/runtime/machine.ts';
import { connected } from '../../queue/connection.ts';
import { takeJobs } from '../../queue/take.ts';
import type { SetAside } from '../../support/errors.ts';
import { piecesOf } from '../recordings.ts';
import { transcribePieces, type TranscribeOptions, type Transcript } from '../transcribe.ts';
import { queueName, soundBy, type QueuedResult, type QueuedUnit } from './job.ts';
import { withSentSound } from './sent-sound.ts';

export interface WorkOptions extends TranscribeOptions {
  /** Milliseconds after which a worker that isn't heard of counts as gone, and another takes what it had. */
  stalledAfter?: number;
  /** Told once it can be asked, with the model's name. */
  onReady?: (model: string) => void;
  /** Told of each recording that is done. */
  onDone?: (item: Transcript | SetAside) => void;
}

/** What a worker has done. */
export interface Worked {
  recordings: number;
  /** Of sound in them. */
  seconds: number;
  /** Recordings that could not be read. */
  setAside: number;
}

/** Units: one is decoded while another is heard. */
const AT_ONCE = 2;
const MOST_STALLED = 5;

/**
 * Takes recordings from a queue, transcribes them and answers, until it is stopped: then it ends what it has begun.
 * @param url of the Redis or Valkey server
 * @param modelFolder the model that the batch names, here: the same by its contents
 * @throws InputError when there is no server, or the model is none
 */
export async function work(url: string, modelFolder: string, options: WorkOptions = {}): Promise<Worked> {
  const { device, threads, progress, signal, stalledAfter = 30_000 } = options;
  const parts = await readModel(modelFolder, { progress, signal });
  const by = soundBy(await modelHash(parts), options);
  const client = await connected(url);
  const model = await onMachine({ device, threads }, () => Model.assemble(parts, { beside: true }));
  const task = progress?.('transcribe', undefined, 'recordings');
  const worked: Worked = { recordings: 0, seconds: 0, setAside: 0 };
  const hear = async (files: readonly string[], { recordings, sound }: QueuedUnit): Promise<QueuedResult> => {
    const items: QueuedResult = [];
    for await (const heard of transcribePieces(model, piecesOf(files, sound))) {
      const file = recordings[items.length]!;
      const item = 'reason' in heard ? { ...heard, item: file } : { ...heard, file };
      items.push(item);
      if ('reason' in item) worked.setAside++;
      else [worked.recordings, worked.seconds] = [worked.recordings + 1, worked.seconds + item.seconds];
      task?.advance();
      options.onDone?.(item);
    }
    return items;
  };
  const answer = ({ data }: { data: QueuedUnit }): Promise<QueuedResult> =>
    data.sent
      ? withSentSound(client, data.recordings, data.sent, (files) => hear(files, data))
      : hear(seen(data.recordings), data);
  try {
    await takeJobs(client, queueName(by), answer, {
      ...{ atOnce: AT_ONCE, stalledAfter, mostStalled: MOST_STALLED, signal },
      onReady: () => options.onReady?.(parts.about.name),
    });
    return worked;
  } finally {
    client.disconnect();
    await model.release();
    task?.done();
  }
}

/** @throws Error when one is not here: another worker may see it */
function seen(recordings: readonly string[]): readonly string[] {
  const unseen = recordings.find((recording) => !existsSync(recording));
  if (unseen === undefined) return recordings;
  throw new Error(`${hostname()} doesn’t see ${unseen}: let it lie at the same path there, or send it with --send`);
}
