import { recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import type { Alternative, Round } from './alternatives.ts';
import type { TrialJournal } from './journal.ts';
import type { Choice } from './starting-recipe.ts';
import type { Tried } from './trial.ts';

/**
 * First tries have a third of the epochs (successive halving: Jamieson & Talwalkar 2016); the better half of them has
 * all.
 */
const SHORT = 3;
/** What is better by less is no reason to change a recipe: one dev set differs from another by more. */
const MARGIN = 0.99;

export interface SearchOptions {
  journal: TrialJournal;
  /** Seconds for all trials together, those of earlier processes too, and for what comes after them. */
  budget: number;
  /** Of how many trainings a trial is made: one, or one a fold. */
  trainings: number;
  /** What a trial is likely to take, the features that it would compute, and what comes after the search if it wins. */
  estimate: (recipe: Recipe) => { seconds: number; features: readonly string[]; after: number };
  /** Trains a recipe and gives its CER on dev. @param signal ends a trial that takes too long */
  tryRecipe: (recipe: Recipe, signal: AbortSignal) => Promise<Tried>;
  /** Told of each trial, and of the best so far. */
  onTrial?: (name: string, devCer: number | undefined, best: number) => void;
  signal?: AbortSignal | undefined;
}

export interface SearchResult {
  recipe: Recipe;
  devCer: number;
  choices: Choice[];
  /** What was tried and is no better, with its CER on dev. */
  rejected: string[];
  /** Rounds, or parts of them, that there was no time for. */
  untried: string[];
}

/**
 * Improves a recipe round by round within a budget: a round's alternatives are tried short, the better half in full,
 * and the best of them is taken if it beats the recipe as it is on dev. Time for what comes after the search is never
 * spent.
 */
export async function searchRecipe(
  start: Recipe,
  rounds: readonly Round[],
  options: SearchOptions,
): Promise<SearchResult> {
  const search = new Search(start, options);
  const devCer = await search.measure('as it is', 'start', start, { always: true });
  const result: SearchResult = { recipe: start, devCer: devCer!, choices: [], rejected: [], untried: [] };
  for (const round of rounds) await search.improve(result, round);
  return result;
}

/** A change that was measured. */
interface Candidate {
  alternative: Alternative;
  recipe: Recipe;
  devCer: number;
  /** With fewer epochs: it stands for the change where there is no time for all of them. */
  shortly: boolean;
}

/** A change worth a try in full, and what it was shortly where that was measured. */
interface Screened {
  alternative: Alternative;
  shortly?: Candidate;
}

class Search {
  private readonly options: SearchOptions;
  private best = Infinity;
  /** As it is so far. */
  private recipe: Recipe;

  constructor(start: Recipe, options: SearchOptions) {
    this.options = options;
    this.recipe = start;
  }

  async improve(result: SearchResult, round: Round): Promise<void> {
    const before = result.devCer;
    const candidates: Candidate[] = [];
    for (const { alternative, shortly } of await this.screen(result, round)) {
      const recipe = alternative.change(result.recipe);
      const devCer = await this.measure(round.title, alternative.name, recipe);
      if (devCer !== undefined) {
        candidates.push({ alternative, recipe, devCer, shortly: false });
        continue;
      }
      result.untried.push(`${round.title}: ${alternative.name}`);
      if (shortly) candidates.push(shortly);
    }
    const [first] = candidates.sort((a, b) => a.devCer - b.devCer);
    const winner = first && first.devCer < MARGIN * before ? first : undefined;
    for (const candidate of candidates)
      if (candidate !== winner && !candidate.shortly)
        result.rejected.push(`${candidate.alternative.name} (${percent(candidate.devCer)})`);
    if (!winner) return;
    this.recipe = winner.recipe;
    Object.assign(result, { recipe: winner.recipe, devCer: winner.devCer });
    const { name, at } = winner.alternative;
    result.choices.push({ at, reason: `${name}: CER on dev ${percent(before)} → ${percent(winner.devCer)}` });
    if (winner.shortly)
      result.choices.push({ at: ['training', 'epochs'], reason: 'as many as there was time for: better so already' });
  }

  /** The better half of a round's alternatives, by a short training of each. */
  private async screen(result: SearchResult, { title, alternatives }: Round): Promise<Screened[]> {
    if (alternatives.length <= 2) return alternatives.map((alternative) => ({ alternative }));
    const shortened = (full: Recipe): Recipe => ({
      ...full,
      training: { ...full.training, epochs: Math.ceil(full.training.epochs / SHORT) },
      stages: full.stages?.map((stage) => ({ ...stage, epochs: Math.ceil(stage.epochs / SHORT) })),
    });
    const tried: Candidate[] = [];
    for (const alternative of alternatives) {
      const recipe = shortened(alternative.change(result.recipe));
      const devCer = await this.measure(title, `${alternative.name}, shortly`, recipe);
      if (devCer === undefined) result.untried.push(`${title}: ${alternative.name}`);
      else tried.push({ alternative, recipe, devCer, shortly: true });
    }
    tried.sort((a, b) => a.devCer - b.devCer);
    const kept = Math.ceil(alternatives.length / 2);
    for (const { alternative, devCer } of tried.slice(kept))
      result.rejected.push(`${alternative.name} (shortly ${percent(devCer)})`);
    return tried.slice(0, kept).map((shortly) => ({ alternative: shortly.alternative, shortly }));
  }

  /** @returns undefined where there is no time for it */
  async measure(round: string, name: string, recipe: Recipe, { always = false } = {}): Promise<number | undefined> {
    const { journal, tryRecipe, signal, trainings } = this.options;
    // What was measured by folds is another measure.
    const key = trainings === 1 ? recipeHash(recipe) : `${recipeHash(recipe)}/${trainings}`;
    const known = journal.find(key);
    if (known) return this.note(name, known.dev_cer);
    const { seconds, features, left } = this.timeFor(recipe);
    if (!always && (left <= 0 || seconds > left)) return this.note(name, undefined);
    const startedAt = performance.now();
    const limit = always ? undefined : AbortSignal.timeout(Math.ceil(1000 * left));
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
    return this.note(name, tried?.devCer);
  }

  /**
   * What a trial takes, and what there is for it once what comes after is taken off: for it, or for the best so far.
   */
  private timeFor(recipe: Recipe): { seconds: number; features: readonly string[]; left: number } {
    const { estimate, journal, budget } = this.options;
    const [own, asItIs] = [estimate(recipe), estimate(this.recipe)];
    return { ...own, left: budget - journal.seconds - Math.max(own.after, asItIs.after) };
  }

  private note(name: string, devCer: number | undefined): number | undefined {
    this.best = Math.min(this.best, devCer ?? Infinity);
    this.options.onTrial?.(name, devCer, this.best);
    return devCer;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
