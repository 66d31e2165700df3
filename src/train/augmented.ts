import { readFile } from 'node:fs/promises';
import { readSamples } from '../audio/cache.ts';
import { standardise } from '../audio/standardise.ts';
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
export interface Part extends Treatment {
  files: readonly string[];
}

/** Recordings as a network hears them. */
export interface Heard {
  /** [recordings, width], each at zero mean and unit variance and padded. */
  audio: Float32Array;
  /** Samples of each, which may be more than a row has. */
  lengths: Int32Array;
}

/** Changes recordings and puts them into rows. */
export async function hear(recordings: readonly Float32Array[], { width, augment, seeds }: Treatment): Promise<Heard> {
  const audio = new Float32Array(recordings.length * width);
  const lengths = new Int32Array(recordings.length);
  // All at once: codecs take their time.
  await Promise.all(recordings.map(async (recording, row) => {
    const changed = augment && seeds ? await augmentAudio(recording, augment, width, new Random(seeds[row]!)) : recording;
    standardise(changed, audio.subarray(row * width, (row + 1) * width));
    lengths[row] = changed.length;
  }));
  return { audio, lengths };
}

/** What `hear` makes of recordings in the cache. */
export async function hearPart({ files, ...treatment }: Part): Promise<Heard> {
  return hear(await Promise.all(files.map(async (file) => readSamples(await readFile(file)))), treatment);
}
