import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { RecipeInput } from '../../recipe/schema.ts';
import { withCacheInUse } from '../../support/cache-use.ts';
import { withLock } from '../../support/lock.ts';
import { silent } from '../../support/progress.ts';
import { TrialJournal } from '../adapt/journal.ts';
import { reuseTraining, trialFolder } from '../adapt/trial.ts';
import { runFolder } from '../folder.ts';
import type { RunResult } from '../result.ts';
import { runRecipe, type RunOptions } from '../run.ts';
import { JobClock } from './clock.ts';
import { beginningsOf, openContenders, raceFolder, recipesOf } from './contenders.ts';
import { Heats, type Raced } from './heats.ts';

export interface RaceOptions extends Pick<RunOptions, 'runs' | 'set' | 'baseline' | 'progress' | 'signal'> {
  /** Seconds for all variants together, and for the run of the best. */
  budget: number;
  /** Told of each training as it ends. @param devCer absent where there was no time for it */
  onTrial?: ((name: string, devCer: number | undefined) => void) | undefined;
}

/** Variants of a recipe that had to share a budget. */
export interface Race {
  /** In the order asked for. */
  variants: Raced[];
  /** Which of those that were trained in full is best on dev; only this one has been tested. */
  best: number;
  /** Its run. */
  run: RunResult;
  budget: number;
  /** Spent, by all processes that were at it. */
  seconds: number;
}

/**
 * Runs variants of a recipe against each other within a budget, by successive halving on dev: all of them shortly, the
 * better half for longer, and so on; what is left in full, and the best of that becomes a run. Where there is time, all
 * are trained in full. Killed, the same call goes on where it was, and what was spent before counts.
 * @param variants of each the fields to set, see {@link gridOf}
 * @throws InputError before anything is trained, when one of them is no recipe, or not one can be finished in time
 * @example
 * const { best, variants } = await raceVariants('mine', [['head.dims=128'], ['head.dims=256']], { budget: 600 });
 */
export async function raceVariants(
  source: string | RecipeInput,
  variants: readonly (readonly string[])[],
  options: RaceOptions,
): Promise<Race> {
  return withCacheInUse(() => race(source, variants, options));
}

async function race(
  source: string | RecipeInput,
  variants: readonly (readonly string[])[],
  options: RaceOptions,
): Promise<Race> {
  const { runs = 'runs', set = [], progress = silent, signal, budget, baseline, onTrial } = options;
  const began = performance.now();
  const recipes = await recipesOf(source, variants, set);
  const beginnings = await beginningsOf(recipes, runs, { progress, signal });
  const folder = raceFolder(recipes, beginnings, runs);
  await mkdir(folder, { recursive: true });
  const inFolder = async (clock: JobClock): Promise<Race> => {
    const contenders = await openContenders(recipes, variants, beginnings, { folder, began, progress, signal });
    const journal = await TrialJournal.open(folder);
    const trials = path.join(folder, 'trials');
    const heats = new Heats(contenders, {
      ...{ journal, budget, folder: trials, spent: () => clock.seconds, progress, signal, onTrial },
    });
    const best = await heats.run();
    await reuseTraining(trialFolder(trials, recipes[best]!), runFolder(recipes[best]!, runs));
    const won = { runs, set: [...set, ...variants[best]!], baseline, progress, signal };
    const run = await runRecipe(source, won);
    return { variants: heats.results(), best, run, budget, seconds: clock.seconds };
  };
  return withLock(folder, () => timed(folder, began, inFolder));
}

async function timed<T>(folder: string, began: number, work: (clock: JobClock) => Promise<T>): Promise<T> {
  const clock = await JobClock.start(folder, began);
  try {
    return await work(clock);
  } finally {
    await clock.stop();
  }
}
