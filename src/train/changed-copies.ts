import { augmentAudio, type AudioAugmentSettings } from '../augment/audio-augment.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import { Random } from '../support/random.ts';
import type { TrainingRecording } from './joined.ts';

/**
 * Copies of utterances as they might have sounded elsewhere: in noise, in a room, over the telephone. Always the same
 * for the same seed, utterance and copy, so that their features are computed once, as a frozen encoder's are.
 * @param copies of each
 */
export function changedCopies(
  items: readonly Item[],
  { read }: Pick<Prepared, 'read'>,
  { copies, augment, seed }: { copies: number; augment: AudioAugmentSettings; seed: number },
): TrainingRecording[] {
  return Array.from({ length: copies }, (_, copy) =>
    items.map((item) => {
      const name = `${seed}/changed/${item.key}/${copy}`;
      return {
        key: `${name} ${JSON.stringify(augment)}`,
        samples: samplesAfter(item.samples, augment, new Random(name)),
        target: item.target,
        read: async () => augmentAudio((await read(item)).slice(), augment, Infinity, new Random(name)),
      };
    }),
  ).flat();
}

/** What `augmentAudio` gives: the speed is the first thing that it draws, and the only one that changes the length. */
function samplesAfter(samples: number, { speed }: AudioAugmentSettings, random: Random): number {
  return Math.floor((samples - 1) / random.between(speed[0], speed[1]));
}
