import { SAMPLE_RATE } from '../audio/format.ts';
import { joined } from '../audio/join.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import type { Recording } from '../encoder/features.ts';
import { Random } from '../support/random.ts';

/** A recording and what is to be written for it. */
export interface TrainingRecording extends Recording {
  target: Int32Array;
}

/** Seconds between two utterances, and that both together may take. */
const [SHORTEST_PAUSE, LONGEST_PAUSE, LONGEST] = [0.3, 1.5, 20];

/**
 * Utterances heard once more with another behind them and a pause in between, so that a head learns that a word ends
 * where nothing is said: what a corpus has as one utterance seldom has a pause in it.
 * @param share of the utterances that are joined to another
 * @param seed the same gives the same pairs
 */
export function joinedRecordings(
  items: readonly Item[],
  { read, vocabulary }: Pick<Prepared, 'read' | 'vocabulary'>,
  share: number,
  seed: number,
): TrainingRecording[] {
  return items.flatMap((first) => {
    const random = new Random(`${seed}/joined/${first.utterance.id}`);
    const isJoined = random.next() < share;
    const second = items[random.int(items.length)]!;
    const pause = Math.round(SAMPLE_RATE * random.between(SHORTEST_PAUSE, LONGEST_PAUSE));
    const samples = first.samples + pause + second.samples;
    if (!isJoined || samples > LONGEST * SAMPLE_RATE) return [];
    const key = `${first.key} ${pause} ${second.key}`;
    return [
      {
        key,
        samples,
        target: Int32Array.from([...first.target, vocabulary.delimiter, ...second.target]),
        read: async () => {
          const [before, after] = [await read(first), await read(second)];
          return joined([before, quiet(pause, Math.min(floorOf(before), floorOf(after)), key), after]);
        },
      },
    ];
  });
}

/** As quiet as a room is. @param level root mean square */
function quiet(samples: number, level: number, seed: string): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: samples }, () => level * random.normal());
}

const TENTH = SAMPLE_RATE / 10;

/** Root mean square of the quietest tenth of a second. */
function floorOf(samples: Float32Array): number {
  let least = Infinity;
  for (let at = 0; at + TENTH <= samples.length; at += TENTH) {
    let energy = 0;
    for (let i = at; i < at + TENTH; i++) energy += samples[i]! ** 2;
    least = Math.min(least, energy);
  }
  return least === Infinity ? 0 : Math.sqrt(least / TENTH);
}
