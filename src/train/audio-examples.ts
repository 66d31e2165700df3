import { frameCount, paddedSamples } from '../encoder/own/architecture.ts';
import { frameMask } from '../audio/standardise.ts';
import { floats } from '../onnx/runtime/session.ts';
import type { Random } from '../support/random.ts';
import { fresh } from '../support/scratch.ts';
import type { AudioAugmentSettings } from '../augment/audio-augment.ts';
import { augmentRecordings } from '../augment/recordings.ts';
import type { Examples } from './examples.ts';
import { mapInWorkers } from './worker-pool.ts';

/** Recordings, 16 kHz mono. */
export interface RecordingSource {
  read(index: number): Promise<Float32Array>;
  /** Where a recording lies decoded: then other threads change it. */
  decoded?(index: number): string;
}

/**
 * Recordings as a network's input, read when they are needed: memory doesn't grow with the corpus.
 * @param samples length of each recording
 */
export function audioExamples(
  samples: readonly number[],
  targets: readonly Int32Array[],
  sound: RecordingSource,
  augment?: AudioAugmentSettings,
): Examples {
  return {
    frames: Int32Array.from(samples, frameCount),
    targets,
    async load(batch, random, allocate = fresh) {
      const width = paddedSamples(batch.frames);
      const rows = batch.examples.length;
      const audio = allocate(rows * width);
      const lengths =
        augment && random
          ? await changed(batch.examples, sound, { width, augment }, random, audio)
          : await augmentRecordings(await Promise.all(batch.examples.map((i) => sound.read(i))), { width }, audio);
      const frameCounts = lengths.map((length) => Math.min(batch.frames, frameCount(length)));
      const inputs = {
        audio: floats(audio, [rows, width]),
        mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]),
      };
      return { inputs, frameCounts, speeds: batch.examples.map((i, row) => samples[i]! / lengths[row]!) };
    },
  };
}

/** Each recording changed by a generator of its own, so that it doesn't matter in which order and by whom. */
async function changed(
  examples: readonly number[],
  sound: RecordingSource,
  { width, augment }: { width: number; augment: AudioAugmentSettings },
  random: Random,
  audio: Float32Array,
): Promise<Int32Array> {
  const seeds = examples.map(() => random.uint32());
  const here = async (first: number, end: number): Promise<Int32Array> => {
    const recordings = await Promise.all(examples.slice(first, end).map((i) => sound.read(i)));
    return augmentRecordings(
      recordings,
      { width, augment, seeds: seeds.slice(first, end) },
      audio.subarray(first * width, end * width),
    );
  };
  if (!sound.decoded) return here(0, examples.length);
  const parts = await mapInWorkers('augment', examples.length, (first, end) => ({
    files: examples.slice(first, end).map((i) => sound.decoded!(i)),
    width,
    augment,
    seeds: seeds.slice(first, end),
  }));
  const lengths = new Int32Array(examples.length);
  await Promise.all(
    parts.map(async ({ first, end, result }) => {
      if (result instanceof Error) throw result;
      if (result) audio.set(result.audio, first * width);
      // What the cache has lost, reading puts there again.
      lengths.set(result?.lengths ?? (await here(first, end)), first);
    }),
  );
  return lengths;
}
