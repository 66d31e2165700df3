import path from 'node:path';
import type { Prepared } from '../../dataset/prepare.ts';
import { recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { UNKNOWN } from '../../text/vocabulary.ts';
import { Random } from '../../support/random.ts';
import { openPretrained } from '../../train/pretrained.ts';
import type { Progress } from '../../support/progress.ts';
import { trainStages } from '../train-and-test.ts';

/** Less dev speech than this is too little to choose by: training speech joins it, in folds. */
const ENOUGH_DEV_SECONDS = 180;
const FOLDS = 3;

export interface TrialOptions {
  /** Where trials keep their checkpoints, a folder each. */
  folder: string;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Trains a recipe and measures it on dev, or on what folds of train and dev leave out where dev is short. Test is not
 * touched: it isn't even handed over.
 * @returns token errors a token of dev (CER), of the best epoch
 */
export async function runTrial(
  recipe: Recipe,
  prepared: Omit<Prepared, 'test'>,
  { folder, progress, signal }: TrialOptions,
): Promise<number> {
  const start = await openPretrained(recipe, { progress, signal });
  const parts = foldsOf(prepared, recipe.seed);
  let [errors, tokens] = [0, 0];
  for (const [i, part] of parts.entries()) {
    const work = { recipe, prepared: { ...part, test: [] }, start, sources: [], progress, signal };
    const own = path.join(trialFolder(folder, recipe), ...(parts.length > 1 ? [`fold ${i + 1}`] : []));
    const { epochs } = await trainStages({ ...work, folder: own }, own);
    const last = epochs.filter(({ stage }) => stage === epochs.at(-1)!.stage);
    const length = part.dev.reduce((sum, item) => sum + item.tokens.length, 0);
    errors += length * Math.min(...last.map(({ dev_cer }) => dev_cer));
    tokens += length;
  }
  return errors / tokens;
}

export const trialFolder = (folder: string, recipe: Recipe): string =>
  path.join(folder, recipeHash(recipe).slice(0, 8));

/** Whether choices are made by folds of train and dev. */
export const needsFolds = ({ dev }: Pick<Prepared, 'dev'>): boolean =>
  dev.reduce((sum, item) => sum + item.samples, 0) / 16000 < ENOUGH_DEV_SECONDS;

/** The split as it is, or each third of train and dev once in dev's place; recordings and texts stay together. */
export function foldsOf(prepared: Omit<Prepared, 'test'>, seed: number): Omit<Prepared, 'test'>[] {
  if (!needsFolds(prepared)) return [prepared];
  const unknown = prepared.vocabulary.encode([UNKNOWN]).ids[0]!;
  // What training has never seen can't be learnt from: such utterances of dev are no part of a fold.
  const items = [...prepared.train, ...prepared.dev].filter((item) => !item.target.includes(unknown));
  const groups = new Map<string, typeof items>();
  for (const item of items) {
    const key = item.text;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const shuffled = new Random(`${seed}/folds`).shuffle([...groups.values()]);
  const folds = Array.from({ length: FOLDS }, (): typeof items => []);
  // Each group goes where least is.
  const size = (fold: typeof items): number => fold.reduce((sum, item) => sum + item.samples, 0);
  for (const group of shuffled) folds.reduce((a, b) => (size(b) < size(a) ? b : a)).push(...group);
  return folds
    .filter((fold) => fold.length > 0 && fold.length < items.length)
    .map((dev) => ({ ...prepared, dev, train: items.filter((item) => !dev.includes(item)) }));
}
