import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeStream } from '../audio/decode.ts';
import { frameCount } from '../encoder/architecture.ts';
import { Model, type Output } from '../model/model.ts';
import { ahead } from '../support/ahead.ts';
import { makeBatches } from '../support/batches.ts';
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
/** Frames side by side, and stretches among which those of like length are found. */
const BATCH_FRAMES = 3000;
const GROUP = 40;
const RECORDING = /\.(wav|mp3|flac|ogg|oga|opus|m4a|aac|g722|wma|aiff?|amr|webm|mp4|mkv|mov|avi)$/i;

/**
 * Transcribes files, and the recordings in folders, in the order given. A recording that can't be read is set aside. Memory stays
 * bounded however long a recording is.
 * @throws InputError when the model folder is none, or a path doesn't exist
 */
export async function* transcribe(modelFolder: string, paths: readonly string[], options: { progress?: Progress; signal?: AbortSignal } = {}): AsyncGenerator<Transcript | SetAside> {
  const model = await Model.load(modelFolder);
  const opened = new Set<Groups>();
  try {
    const files = await recordingsAt(paths);
    const task = (options.progress ?? silent)('transcribe', files.length, 'recordings');
    const open = async (file: string): Promise<Opened> => {
      const groups = groupsOf(file, options.signal);
      opened.add(groups);
      return { groups, first: await groups.next().catch(refusal) };
    };
    // The beginnings of the next recordings are decoded while the model works on this one.
    for await (const { item: file, result } of ahead(files, 3, open)) {
      options.signal?.throwIfAborted();
      task.advance();
      yield await transcriptOf(model, file, result);
      opened.delete(result.groups);
    }
    task.done();
  } finally {
    await Promise.all([...opened].map((groups) => groups.return(undefined)));
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

type Groups = AsyncGenerator<Segment[], undefined>;

/** A recording whose decoding has begun. */
interface Opened {
  groups: Groups;
  first: Awaited<ReturnType<Groups['next']>> | InputError;
}

/** What can't be read is set aside; anything else that goes wrong ends the work. */
function refusal(error: unknown): InputError {
  if (error instanceof InputError) return error;
  throw error;
}

/** A recording's stretches, some minutes of them at a time. */
async function* groupsOf(file: string, signal?: AbortSignal): Groups {
  let group: Segment[] = [];
  for await (const segment of cutWhileDecoding(decodeStream(file, { signal }), LONGEST_SEGMENT_SECONDS)) {
    group.push(segment);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** A recording that turns out to be damaged further on is set aside whole. */
async function transcriptOf(model: Model, file: string, { groups, first }: Opened): Promise<Transcript | SetAside> {
  const segments: HeardSegment[] = [];
  const unbroken = new Unbroken(model);
  let next = first;
  while (!(next instanceof InputError) && !next.done) {
    const group = next.value;
    const outputs = await hear(model, group);
    segments.push(...group.flatMap((segment, i) => unbroken.add(segment, outputs[i]!)));
    next = await groups.next().catch(refusal);
  }
  if (next instanceof InputError) return { item: file, reason: next.message, place: next.place };
  if (segments.length === 0) return { item: file, reason: 'there is no sound in it', place: { file } };
  const text = segments.map((segment) => segment.text).filter((part) => part !== '').join(' ');
  return { file, text, seconds: segments.at(-1)!.end, segments };
}

/** Stretches of like length side by side, so that little of what the model computes is padding. */
async function hear(model: Model, group: readonly Segment[]): Promise<Output[]> {
  const outputs = new Array<Output>(group.length);
  for (const { examples } of makeBatches(group.map(({ samples }) => frameCount(samples.length)), BATCH_FRAMES)) {
    const heard = await model.run(examples.map((i) => group[i]!.samples));
    examples.forEach((i, row) => (outputs[i] = heard[row]!));
  }
  return outputs;
}
