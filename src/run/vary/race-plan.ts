import type { Recipe } from '../../recipe/schema.ts';
import { costOf, estimateOf, expectedSeconds } from '../adapt/cost.ts';
import { SPARE } from '../adapt/fit.ts';
import { SHORT, shortened } from '../adapt/halving.ts';
import type { TrialJournal } from '../adapt/journal.ts';
import type { TrialsOptions } from '../adapt/timed-trials.ts';
import { stagesOf } from '../../train/stages.ts';
import type { Contender } from './contenders.ts';

export type Estimate = ReturnType<TrialsOptions['estimate']>;

/** What a training of a variant takes, by its encoder's pace and by what trials have taken. */
export function estimateFor(
  { recipe, speech, known, heardThrough }: Contender,
  tried: Recipe,
  { trials: all }: Pick<TrialJournal, 'trials'>,
): Estimate {
  const trials = all.filter(({ round }) => round === heardThrough);
  const of = (one: Recipe): Estimate => estimateOf(one, [speech.prepared], speech, { ...known, trials });
  if (epochsOf(tried) === epochsOf(recipe)) return of(tried);
  // A short training is worth nothing where there is no time for one in full, too.
  const full = of(recipe);
  return { ...of(tried), after: full.seconds + full.after };
}

/** All that a variant takes if it is trained in full, and run. */
export function secondsInFull(contender: Contender): number {
  const { seconds, after } = estimateFor(contender, contender.recipe, { trials: [] });
  return seconds + after;
}

/**
 * Which shares of their epochs the variants are trained with before what is left is trained in full. By the pace alone,
 * so that a race that goes on is planned as it was.
 */
export function sharesFor(contenders: readonly Contender[], budget: number): number[] {
  const ready = Math.max(...contenders.map(({ known }) => known.pace.ready));
  const after = Math.max(
    ...contenders.map((contender) => estimateFor(contender, contender.recipe, { trials: [] }).after),
  );
  const count = contenders.length;
  const seconds = (share: number): number =>
    contenders.reduce((sum, contender) => sum + secondsWithoutFeatures(contender, share), 0) / count;
  return rungsFor(count, seconds, SPARE * (budget - ready - after - secondsOfFeatures(contenders)));
}

/**
 * After each share of the epochs the better half goes on. As few shares as fit into the time: none, where it is enough
 * to train all in full.
 * @param seconds that one variant takes with a share of its epochs, on the average
 * @param left seconds that are there for all of them
 */
export function rungsFor(count: number, seconds: (share: number) => number, left: number): number[] {
  const most = Math.max(0, Math.ceil(Math.log2(count)) - 1);
  const plans = Array.from({ length: most + 1 }, (_, rungs) =>
    Array.from({ length: rungs }, (_, i) => SHORT ** (rungs - i)),
  );
  const costOfPlan = (shares: readonly number[]): number =>
    [...shares, 1].reduce((sum, share, i) => sum + Math.ceil(count / 2 ** i) * seconds(share), 0);
  return plans.find((shares) => costOfPlan(shares) <= left) ?? plans.at(-1)!;
}

function secondsWithoutFeatures({ recipe, speech, known }: Contender, share: number): number {
  const tried = share < 1 ? shortened(recipe, share) : recipe;
  return expectedSeconds({ ...costOf(tried, [speech.prepared]), features: [] }, known);
}

/** Each set of them is computed once for all. */
function secondsOfFeatures(contenders: readonly Contender[]): number {
  const sets = new Map<string, number>();
  for (const { recipe, speech, known, heardThrough } of contenders)
    for (const set of costOf(recipe, [speech.prepared]).features)
      sets.set(`${heardThrough} ${set}`, known.corpus * known.pace.features);
  return [...sets.values()].reduce((sum, seconds) => sum + seconds, 0);
}

export const epochsOf = (recipe: Recipe): number => stagesOf(recipe).reduce((sum, { epochs }) => sum + epochs, 0);
