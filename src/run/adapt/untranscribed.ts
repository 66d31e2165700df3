import type { Recipe } from '../../recipe/schema.ts';
import { durationByHeader } from '../../audio/duration.ts';
import { InputError } from '../../support/errors.ts';
import { MOST_ROUNDS } from '../untranscribed/rounds.ts';
import { findUntranscribed } from '../untranscribed/recordings.ts';
import { costOf, expectedSeconds, secondsAfter, type Known, type Speech } from './cost.ts';
import { SPARE } from './fit.ts';
import type { Choice } from './starting-recipe.ts';

/** Seconds of the speech that a recipe names as untranscribed, by what the recordings' headers say. */
export async function untranscribedSeconds(recipe: Recipe, signal?: AbortSignal): Promise<number> {
  let seconds = 0;
  for (const file of (await findUntranscribed(recipe, signal))?.files ?? [])
    seconds += (await durationByHeader(file, {}, signal).catch(unreadable)) ?? 0;
  return seconds;
}

/** The run will say what is wrong with it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}

/**
 * Decides how often untranscribed speech is learnt from: as often as there is time for beside a training of the recipe
 * as it is, by one fold.
 * @param left seconds
 */
export function fitUntranscribed(
  recipe: Recipe,
  speech: Speech,
  known: Known,
  left: number,
): { recipe: Recipe; choices: Choice[] } {
  if (recipe.untranscribed === undefined) return { recipe, choices: [] };
  const parts = [speech.prepared];
  const withRounds = (rounds: number): Recipe => ({ ...recipe, self_training: { rounds } });
  const seconds = (candidate: Recipe): number =>
    expectedSeconds(costOf(candidate, parts), known) + secondsAfter(candidate, parts, speech, known);
  const most = recipe.self_training?.rounds ?? MOST_ROUNDS;
  const minutes = (speech.untranscribed / 60).toFixed(1);
  for (let rounds = most; rounds > 0; rounds--) {
    if (seconds(withRounds(rounds)) > SPARE * left) continue;
    const reason = `${minutes} minutes; there is time to learn from them ${times(rounds)}, as long as dev gains`;
    return { recipe: withRounds(rounds), choices: [{ at: ['untranscribed'], reason }] };
  }
  const without: Recipe = { ...recipe, untranscribed: undefined, self_training: undefined };
  const reason = `no time for the ${minutes} minutes that nobody has transcribed`;
  return { recipe: without, choices: [{ at: ['corpus'], reason }] };
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);
