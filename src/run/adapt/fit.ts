import { secondsOf } from '../../dataset/seconds.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { costOf, expectedSeconds, secondsAfter, type Known, type Speech } from './cost.ts';
import { FEWEST_EPOCHS } from './halving.ts';
import { foldsOf, needsFolds, type Parts } from './folds.ts';
import type { Choice } from './starting-recipe.ts';

/** A busy machine may take longer than it did when it was timed. */
export const SPARE = 0.9;

export interface Fitted {
  recipe: Recipe;
  /** What trials are trained and measured on. */
  parts: Parts[];
  choices: Choice[];
  /** Seconds that it all is likely to take: its training, decoding, the test. */
  expected: number;
}

/**
 * Cuts a recipe until training, decoding and testing it fit into what is left of a budget: first folds, then copies at
 * other speeds, then epochs. Where not even that fits, the fewest epochs are left.
 * @param left seconds
 */
export function fitToBudget(recipe: Recipe, speech: Speech, known: Known, left: number): Fitted {
  const { prepared } = speech;
  const seconds = (candidate: Recipe, parts: Parts[]): number =>
    expectedSeconds(costOf(candidate, parts), known) + secondsAfter(candidate, parts, speech, known);
  const fits = (candidate: Recipe, parts: Parts[]): boolean => seconds(candidate, parts) <= SPARE * left;
  const done = (candidate: Recipe, parts: Parts[], choices: Choice[]): Fitted => ({
    ...{ recipe: candidate, parts, choices, expected: seconds(candidate, parts) },
  });
  const whole = [prepared];
  const folds = needsFolds(prepared) ? foldsOf(prepared, recipe.seed) : whole;
  if (fits(recipe, folds)) return done(recipe, folds, []);
  if (fits(recipe, whole)) return done(recipe, whole, [withoutFolds(prepared)]);

  const choices = folds === whole ? [] : [withoutFolds(prepared)];
  const once = recipe.training.speeds.length > 1 ? withTraining(recipe, { speeds: [1] }) : recipe;
  if (once !== recipe)
    choices.push({
      at: ['training', 'speeds'],
      reason: 'as it was recorded: there is no time for copies at other speeds',
    });
  if (fits(once, whole)) return done(once, whole, choices);

  const most = once.training.epochs;
  let epochs = most;
  while (epochs > FEWEST_EPOCHS && !fits(withEpochs(once, epochs), whole)) epochs--;
  const shorter = withEpochs(once, epochs);
  const at = once.stages ? ['stages'] : ['training', 'epochs'];
  const reason = fits(shorter, whole)
    ? `there is no time for ${most} epochs`
    : `the fewest: even these take longer than there is time; about ${minutes(seconds(once, whole))} would be ` +
      `enough for ${most} epochs`;
  return done(shorter, whole, epochs < most ? [...choices, { at, reason }] : choices);
}

function withoutFolds({ dev }: Parts): Choice {
  const reason = `of dev’s ${minutes(secondsOf(dev))} alone, which is little to choose by: there is no time for folds`;
  return { at: ['split', 'dev'], reason };
}

const withTraining = (recipe: Recipe, patch: Partial<Recipe['training']>): Recipe => ({
  ...recipe,
  training: { ...recipe.training, ...patch },
});

/** The same share of each stage's epochs. */
function withEpochs(recipe: Recipe, epochs: number): Recipe {
  const share = epochs / recipe.training.epochs;
  const stages = recipe.stages?.map((stage) => ({ ...stage, epochs: Math.max(1, Math.round(share * stage.epochs)) }));
  return { ...withTraining(recipe, { epochs }), stages };
}

const minutes = (seconds: number): string => `${Math.max(0.1, seconds / 60).toFixed(1)} minutes`;
