import { InputError } from '../support/errors.ts';
import { Random } from '../support/random.ts';
import type { Utterance } from './utterance.ts';

export interface SplitRule {
  seed: number | string;
  test: { minutes: number };
  dev: { minutes: number };
  /** All that is left when no minutes are given. */
  train: { minutes?: number | undefined };
}

export interface Split {
  train: Utterance[];
  dev: Utterance[];
  test: Utterance[];
  unused: Utterance[];
}

/** Texts that an earlier training has used: they must not change sides. */
export interface Reserved {
  trained: ReadonlySet<string>;
  tested: ReadonlySet<string>;
}

/**
 * Divides a corpus so that no text and no recording stands in two parts. Test is drawn first, then dev, then train:
 * more training minutes never change what is tested. The same utterances and seed give the same split in any order.
 * @param key what must not be shared, e.g. the normalised text
 * @param reserved texts that may only be trained on, or only be tested on
 * @throws InputError for an utterance without a duration: minutes could not be counted
 */
export function splitCorpus(
  utterances: readonly Utterance[],
  rule: SplitRule,
  key: (utterance: Utterance) => string,
  reserved?: Reserved,
): Split {
  const groups = new Set(new Random(rule.seed).shuffle(groupsOf(utterances, key)));
  const take = (minutes: number, barred: ReadonlySet<string> | undefined): Utterance[] => {
    const part: Utterance[] = [];
    let seconds = 0;
    for (const group of groups) {
      if (seconds >= minutes * 60) break;
      if (barred && group.some((utterance) => barred.has(key(utterance)))) continue;
      groups.delete(group);
      part.push(...group);
      for (const utterance of group) seconds += secondsOf(utterance);
    }
    return part;
  };
  const test = take(rule.test.minutes, reserved?.trained);
  const dev = take(rule.dev.minutes, reserved?.trained);
  const train = take(rule.train.minutes ?? Infinity, reserved?.tested);
  return { train, dev, test, unused: [...groups].flat() };
}

function secondsOf({ id, duration }: Utterance): number {
  if (duration === undefined)
    throw new InputError(
      `the utterance ${id} has no duration`,
      'A split counts minutes: give every utterance its duration in seconds.',
    );
  return duration;
}

/** Utterances that share a text or a recording, directly or through others, belong together. */
function groupsOf(utterances: readonly Utterance[], key: (utterance: Utterance) => string): Utterance[][] {
  const sorted = [...utterances].sort((a, b) => (a.id < b.id ? -1 : 1));
  const parent = sorted.map((_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const firstWith = new Map<string, number>();
  sorted.forEach((utterance, i) => {
    for (const shared of [`text ${key(utterance)}`, `audio ${utterance.audio}`]) {
      const first = firstWith.get(shared);
      if (first === undefined) firstWith.set(shared, i);
      else parent[root(i)] = root(first);
    }
  });
  const groups = new Map<number, Utterance[]>();
  sorted.forEach((utterance, i) => {
    const group = groups.get(root(i));
    if (group) group.push(utterance);
    else groups.set(root(i), [utterance]);
  });
  return [...groups.values()];
}
