import { readFile } from 'node:fs/promises';
import { decodeSamples } from '../audio/sample-file.ts';
import { standardise } from '../audio/standardise.ts';
import { codeOf } from '../support/errors.ts';
import { Random } from '../support/random.ts';
import { augmentAudio, type AudioAugmentSettings } from './audio-augment.ts';

export interface Treatment {
  /** Samples of a row. */
  width: number;
  /** How recordings are changed, and the seed of each one's changes; left as they are, if absent. */
  augment?: AudioAugmentSettings;
  seeds?: readonly number[];
}

/** Some of a batch's recordings, decoded in the cache, for another thread. */
export interface AugmentFiles extends Treatment {
  files: readonly string[];
}

/** Recordings as a network hears them. */
export interface AugmentedAudio {
  /** [recordings, width] */
  audio: Float32Array;
  /** Samples of each, which may be more than a row has. */
  lengths: Int32Array;
}

/**
 * Changes recordings and puts them into rows.
 * @param audio [recordings, width]: where each is written, at zero mean and unit variance and padded
 * @returns samples of each, which may be more than a row has
 */
export async function augmentRecordings(
  recordings: readonly Float32Array[],
  { width, augment, seeds }: Treatment,
  audio: Float32Array,
): Promise<Int32Array> {
  const lengths = new Int32Array(recordings.length);
  // All at once: codecs take their time.
  await Promise.all(
    recordings.map(async (recording, row) => {
      const changed =
        augment && seeds ? await augmentAudio(recording, augment, width, new Random(seeds[row]!)) : recording;
      standardise(changed, audio.subarray(row * width, (row + 1) * width));
      lengths[row] = changed.length;
    }),
  );
  return lengths;
}

/**
 * What `hear` makes of recordings in the cache.
 * @returns undefined where the cache has lost one: it may be emptied at any time, or damaged
 */
export async function augmentFiles({ files, ...treatment }: AugmentFiles): Promise<AugmentedAudio | undefined> {
  const kept = await Promise.all(files.map((file) => readFile(file).then(decodeSamples))).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  const recordings = kept?.flatMap((one) => (one ? [one.samples] : []));
  if (recordings?.length !== files.length) return undefined;
  const audio = new Float32Array(recordings.length * treatment.width);
  return { audio, lengths: await augmentRecordings(recordings, treatment, audio) };
}
