import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeStream } from '../audio/decode.ts';
import { Model } from '../model/model.ts';
import { ahead } from '../support/ahead.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { readError } from '../support/files.ts';
import { silent, type Progress } from '../support/progress.ts';
import { cutWhileDecoding, type Segment } from './segments.ts';
import { Unbroken, type HeardSegment } from './unbroken.ts';

/** What was said in one recording. */
export interface Transcript {
  file: string;
  text: string;
  /** Of the recording. */
  seconds: number;
  /** In order, without gaps. */
  segments: HeardSegment[];
}

/** Segments as long as those the encoder learnt from do best. */
const LONGEST_SEGMENT_SECONDS = 12;
const BATCH_SECONDS = 60;
const RECORDING = /\.(wav|mp3|flac|ogg|oga|opus|m4a|aac|g722|wma|aiff?|amr|webm|mp4|mkv|mov|avi)$/i;

/**
 * Transcribes files, and the recordings in folders, in the order given. A recording that can't be read is set aside. Memory stays
 * bounded however long a recording is.
 * @throws InputError when the model folder is none, or a path doesn't exist
 */
export async function* transcribe(modelFolder: string, paths: readonly string[], options: { progress?: Progress; signal?: AbortSignal } = {}): AsyncGenerator<Transcript | SetAside> {
  const model = await Model.load(modelFolder);
  const opened = new Set<Batches>();
  try {
    const files = await recordingsAt(paths);
    const task = (options.progress ?? silent)('transcribe', files.length, 'recordings');
    const open = async (file: string): Promise<Opened> => {
      const batches = batchesOf(file, options.signal);
      opened.add(batches);
      return { batches, first: await batches.next().catch(refusal) };
    };
    // The beginnings of the next recordings are decoded while the model works on this one.
    for await (const { item: file, result } of ahead(files, 3, open)) {
      options.signal?.throwIfAborted();
      task.advance();
      yield await transcriptOf(model, file, result);
      opened.delete(result.batches);
    }
    task.done();
  } finally {
    await Promise.all([...opened].map((batches) => batches.return(undefined)));
    await model.release();
  }
}

async function recordingsAt(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const named of paths) {
    const info = await stat(named).catch((error: unknown) => {
      throw readError(named, error);
    });
    if (!info.isDirectory()) files.push(named);
    else {
      const inside = (await readdir(named, { recursive: true })).filter((name) => RECORDING.test(name)).sort();
      files.push(...inside.map((name) => path.join(named, name)));
    }
  }
  return files;
}

type Batches = AsyncGenerator<Segment[], undefined>;

/** A recording whose decoding has begun. */
interface Opened {
  batches: Batches;
  first: Awaited<ReturnType<Batches['next']>> | InputError;
}

/** What can't be read is set aside; anything else that goes wrong ends the work. */
function refusal(error: unknown): InputError {
  if (error instanceof InputError) return error;
  throw error;
}

/** A recording's stretches, as many together as the model takes side by side. */
async function* batchesOf(file: string, signal?: AbortSignal): Batches {
  const rows = Math.max(1, Math.floor(BATCH_SECONDS / LONGEST_SEGMENT_SECONDS));
  let batch: Segment[] = [];
  for await (const segment of cutWhileDecoding(decodeStream(file, { signal }), LONGEST_SEGMENT_SECONDS)) {
    batch.push(segment);
    if (batch.length < rows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A recording that turns out to be damaged further on is set aside whole. */
async function transcriptOf(model: Model, file: string, { batches, first }: Opened): Promise<Transcript | SetAside> {
  const segments: HeardSegment[] = [];
  const unbroken = new Unbroken(model);
  let next = first;
  while (!(next instanceof InputError) && !next.done) {
    const batch = next.value;
    const outputs = await model.run(batch.map((segment) => segment.samples));
    segments.push(...batch.flatMap((segment, row) => unbroken.add(segment, outputs[row]!)));
    next = await batches.next().catch(refusal);
  }
  if (next instanceof InputError) return { item: file, reason: next.message, place: next.place };
  if (segments.length === 0) return { item: file, reason: 'there is no sound in it', place: { file } };
  const text = segments.map((segment) => segment.text).filter((part) => part !== '').join(' ');
  return { file, text, seconds: segments.at(-1)!.end, segments };
}
