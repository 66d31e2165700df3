import { InputError } from '../support/errors.ts';
import { decodeStream } from './decode.ts';
import { decodeMany, groupShort } from './decode-many.ts';
import { joined } from './join.ts';
import type { KeptSamples } from './sample-file.ts';
import { damaged } from './source.ts';
import { StretchCutter, type Stretch } from './stretches.ts';

/** What came of a stretch. */
export interface DecodedStretch {
  stretch: Stretch;
  result: KeptSamples | InputError;
}

/**
 * Decodes stretches, each recording once however many are of it, and many short recordings by one process. Of a recording with one
 * stretch that can't be decoded with others nothing comes: it is decoded when it is asked for.
 * @param folder where there is room for what ffmpeg writes
 */
export async function* decodeStretches(
  stretches: readonly Stretch[],
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<DecodedStretch> {
  const recordings = bySound(stretches);
  for (const group of await groupShort(recordings.filter(isWhole).map(([{ file }]) => file))) {
    const decoded = await decodeMany(group, folder, signal);
    for (const [i, { file }] of decoded ? group.entries() : []) {
      const at = recordings.findIndex((recording) => isWhole(recording) && recording[0].file === file);
      yield* cutOut(recordings.splice(at, 1)[0]!, [decoded![i]!], []);
    }
  }
  for (const recording of recordings.filter(({ length }) => length > 1)) {
    const [{ file, track, channel }] = recording;
    const notes: string[] = [];
    yield* cutOut(recording, decodeStream(file, { track, channel, signal, note: (text) => notes.push(text) }), notes);
  }
}

type Recording = [Stretch, ...Stretch[]];

/** Stretches of one track and channel of one file. */
function bySound(stretches: readonly Stretch[]): Recording[] {
  const recordings = new Map<string, Recording>();
  for (const stretch of stretches) {
    const name = JSON.stringify([stretch.file, stretch.track, stretch.channel]);
    const others = recordings.get(name);
    if (others) others.push(stretch);
    else recordings.set(name, [stretch]);
  }
  return [...recordings.values()];
}

/** Whether it is the sound that is taken when nobody chooses. */
const isWhole = ([{ track, channel }]: Recording): boolean => track === undefined && channel === undefined;

/** @param blocks the whole recording */
async function* cutOut(
  stretches: Recording,
  blocks: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  notes: string[],
): AsyncGenerator<DecodedStretch> {
  const cuts = stretches.map((stretch) => ({
    stretch,
    cutter: new StretchCutter(stretch.file, stretch),
    parts: [] as Float32Array[],
  }));
  try {
    for await (const block of blocks)
      for (const { cutter, parts } of cuts) {
        const part = cutter.take(block);
        if (part.length > 0) parts.push(part.slice());
      }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { stretch } of cuts) yield { stretch, result: error };
    return;
  }
  for (const { stretch, cutter, parts } of cuts) yield { stretch, result: finished(stretch, cutter, parts, notes) };
}

function finished(
  { file }: Stretch,
  cutter: StretchCutter,
  parts: readonly Float32Array[],
  notes: string[],
): KeptSamples | InputError {
  try {
    cutter.finish();
    return parts.length > 0 ? { samples: joined(parts), notes } : damaged(file, 'there is no sound in it');
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
