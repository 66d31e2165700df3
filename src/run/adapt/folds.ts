import path from 'node:path';
import { unitsOf, type Level } from '../../corpus/split/units.ts';
import type { Item, Prepared } from '../../dataset/prepare.ts';
import { secondsOf } from '../../dataset/seconds.ts';
import { UNKNOWN } from '../../text/vocabulary.ts';

/** Less dev speech than this is too little to choose by: training speech joins it, in folds. */
const ENOUGH_DEV_SECONDS = 180;
export const FOLDS = 3;

/** What trials learn from and are measured on. */
export type Parts = Omit<Prepared, 'test'>;

/** Whether dev is too short to choose by. */
export const needsFolds = ({ dev }: Pick<Prepared, 'dev'>): boolean => secondsOf(dev) < ENOUGH_DEV_SECONDS;

/** Train and dev in thirds, each third once in dev's place. */
export function foldsOf(prepared: Parts, seed: number): Parts[] {
  const unknown = prepared.vocabulary.encode([UNKNOWN]).ids[0]!;
  // What training has never seen can't be learnt from: such utterances of dev are no part of a fold.
  const items = [...prepared.train, ...prepared.dev].filter((item) => !item.target.includes(unknown));
  return inFolds(items, FOLDS, seed).map((dev) => ({
    ...prepared,
    dev,
    train: items.filter((item) => !dev.includes(item)),
  }));
}

/**
 * Parts of about equal length. A recording, with others that say the same, stays in one fold where recordings are many
 * and short; else a text does.
 */
export function inFolds(items: readonly Item[], count: number, seed: number): Item[][] {
  const folds = Array.from({ length: count }, (): Item[] => []);
  // Each unit goes where least is.
  for (const unit of unitsIn(items, count, seed)) {
    const shortest = folds.reduce((a, b) => (secondsOf(b) < secondsOf(a) ? b : a));
    for (const item of unit) shortest.push(item);
  }
  return folds.filter((fold) => fold.length > 0 && fold.length < items.length);
}

function unitsIn(items: readonly Item[], folds: number, seed: number): Item[][] {
  const entries = items.map((item) => ({
    item,
    id: item.utterance.id,
    seconds: secondsOf([item]),
    recording: path.join(item.folder, item.utterance.audio),
    text: item.text,
  }));
  // A larger unit would make a fold of its own.
  const most = secondsOf(items) / (2 * folds);
  const unitsAt = (level: Level): Item[][] =>
    unitsOf(entries, level, `${seed}/folds`).map((unit) => unit.map(({ item }) => item));
  const recordings = unitsAt('recording');
  return recordings.every((unit) => secondsOf(unit) <= most) ? recordings : unitsAt('text');
}
