import { recipeHash } from '../../recipe/hash.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { timerOf } from '../../support/timers.ts';
import type { TrialJournal } from './journal.ts';
import type { Tried } from './trial.ts';

export interface TrialsOptions {
  journal: TrialJournal;
  /** Seconds for all trials together, those of earlier processes too, and for what comes after them. */
  budget: number;
  /** Of how many trainings a trial is made: one, or one a fold. */
  trainings: number;
  /** What a trial is likely to take, the features that it would compute, and what comes after the trials if it wins. */
  estimate: (recipe: Recipe) => { seconds: number; features: readonly string[]; after: number };
  /** Trains a recipe and gives its CER on dev. @param signal ends a trial that takes too long */
  tryRecipe: (recipe: Recipe, signal: AbortSignal) => Promise<Tried>;
  /** Seconds that have been spent of the budget; what the journal says, if absent. */
  spent?: () => number;
  /** Told of each trial, and of the best so far. */
  onTrial?: ((name: string, devCer: number | undefined, best: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What a trial has found, or why there was no time for it. */
export type Measured = { devCer: number } | { noTime: string };

/** Measures recipes on dev as long as a budget lasts, none of them twice. */
export class TimedTrials {
  /** The recipe as it is so far: what comes after the trials, if it stays the best, is never spent on trials. */
  standing: Recipe | undefined;
  private readonly options: TrialsOptions;
  private best = Infinity;

  constructor(options: TrialsOptions) {
    this.options = options;
  }

  /** @param always also where there is no time for it */
  async measure(round: string, name: string, recipe: Recipe, { always = false } = {}): Promise<Measured> {
    const { journal, tryRecipe, signal, trainings } = this.options;
    // What was measured by folds is another measure.
    const key = trainings === 1 ? recipeHash(recipe) : `${recipeHash(recipe)}/${trainings}`;
    const known = journal.find(key)?.dev_cer;
    if (known !== undefined) return this.found(name, known);
    const { seconds, features, left } = this.timeFor(recipe);
    if (!always && (left <= 0 || seconds > left))
      return this.noTime(name, `it takes about ${inMinutes(seconds)}, and ${inMinutes(left)} were left`);
    const startedAt = performance.now();
    const limit = always ? undefined : AbortSignal.timeout(timerOf(left));
    const tried = await tryRecipe(recipe, AbortSignal.any([limit, signal].filter((s) => s !== undefined))).catch(
      (error: unknown) => {
        if (limit?.aborted && !signal?.aborted) return undefined;
        throw error;
      },
    );
    await journal.add({
      ...{ round, name, key, seconds: (performance.now() - startedAt) / 1000 },
      ...(tried
        ? { dev_cer: tried.devCer, stages: tried.stages, features: [...features] }
        : { stages: [], features: [] }),
    });
    if (!tried) return this.noTime(name, `its time was up after ${inMinutes(left)}`);
    return this.found(name, tried.devCer);
  }

  /** What a trial takes, and what there is for it once what comes after is taken off: for it, or for the standing. */
  private timeFor(recipe: Recipe): { seconds: number; features: readonly string[]; left: number } {
    const { estimate, journal, budget, spent = () => journal.seconds } = this.options;
    const own = estimate(recipe);
    const after = this.standing === undefined ? own.after : Math.max(own.after, estimate(this.standing).after);
    return { ...own, left: budget - spent() - after };
  }

  private found(name: string, devCer: number): Measured {
    this.best = Math.min(this.best, devCer);
    this.options.onTrial?.(name, devCer, this.best);
    return { devCer };
  }

  private noTime(name: string, why: string): Measured {
    this.options.onTrial?.(name, undefined, this.best);
    return { noTime: why };
  }
}

/** `0.5 minutes`, never less than none. */
export const inMinutes = (seconds: number): string => `${Math.max(0, seconds / 60).toFixed(1)} minutes`;
