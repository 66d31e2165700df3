import { InputError } from '../support/errors.ts';
import { decodeStream } from './decode.ts';
import { durationOf } from './duration.ts';
import { SAMPLE_RATE } from './format.ts';
import { decodeMany, groupShort } from './decode-many.ts';
import { joined } from './join.ts';
import type { KeptSamples } from './sample-file.ts';
import { damaged } from './source.ts';
import { MOST_SAMPLES, StretchCutter, TooLong, tooLong, type Stretch } from './stretches.ts';

/** What came of a stretch. */
export interface DecodedStretch {
  stretch: Stretch;
  result: KeptSamples | InputError;
}

/**
 * Decodes stretches, each recording once however many are of it, and many short recordings by one process. Nothing
 * comes of what is better decoded when it is asked for: a recording with one stretch that can't be decoded with others,
 * or stretches over each other without end.
 * @param folder where there is room for what ffmpeg writes
 */
export async function* decodeStretches(
  stretches: readonly Stretch[],
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<DecodedStretch> {
  const short: Stretch[] = [];
  for (const stretch of stretches) {
    const result = tooLong(stretch, await durationOf(stretch.file).catch(() => undefined));
    if (result) yield { stretch, result };
    else short.push(stretch);
  }
  const recordings = bySound(short);
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

/** Samples of stretches that are held until the recording proves sound: four hours, a gigabyte. */
const MOST_HELD = 4 * 3600 * SAMPLE_RATE;

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
    samples: 0,
  }));
  try {
    let [seen, held] = [0, 0];
    for await (const block of blocks) {
      seen += block.length;
      for (const cut of cuts) {
        const part = cut.cutter.take(block);
        cut.samples += part.length;
        // Whose recording didn't say how long it is.
        if (cut.samples > MOST_SAMPLES) cut.parts = [];
        else if (part.length > 0) cut.parts.push(part.slice());
        held += part.length;
      }
      // Stretches over each other without end: all at once they would take many times the recording's memory.
      if (held > MOST_HELD && held > 2 * seen) return;
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { stretch } of cuts) yield { stretch, result: error };
    return;
  }
  for (const { stretch, cutter, parts, samples } of cuts)
    yield {
      stretch,
      result: samples > MOST_SAMPLES ? new TooLong(stretch.file) : finished(stretch, cutter, parts, notes),
    };
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
