import { recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { costOf, expectedSeconds } from './cost.ts';
import type { Alternative, Round } from './alternatives.ts';
import type { TrialJournal } from './journal.ts';
import type { Choice } from './starting-recipe.ts';

/** First tries have a third of the epochs (successive halving: Jamieson & Talwalkar 2016); the better half of them has all. */
const SHORT = 3;
/** What is better by less is no reason to change a recipe: one dev set differs from another by more. */
const MARGIN = 0.99;

export interface SearchOptions {
  journal: TrialJournal;
  /** Seconds for all trials together, those of earlier processes too. */
  budget: number;
  /** Trains a recipe and gives its CER on dev. @param signal ends a trial that takes too long */
  tryRecipe: (recipe: Recipe, signal: AbortSignal) => Promise<number>;
  /** Told of each trial, and of the best so far. */
  onTrial?: (name: string, devCer: number | undefined, best: number) => void;
  signal?: AbortSignal | undefined;
}

export interface SearchResult {
  recipe: Recipe;
  devCer: number;
  choices: Choice[];
  /** Rounds, or parts of them, that there was no time for. */
  untried: string[];
}

/**
 * Improves a recipe round by round within a budget: a round's alternatives are tried short, the better half in full, and the
 * best of them is taken if it beats the recipe as it is on dev.
 */
export async function searchRecipe(
  start: Recipe,
  rounds: readonly Round[],
  options: SearchOptions,
): Promise<SearchResult> {
  const search = new Search(options);
  const devCer = await search.measure('as it is', 'start', start, { always: true });
  const result: SearchResult = { recipe: start, devCer: devCer!, choices: [], untried: [] };
  for (const round of rounds) await search.improve(result, round);
  return result;
}

class Search {
  private readonly options: SearchOptions;
  private best = Infinity;

  constructor(options: SearchOptions) {
    this.options = options;
  }

  async improve(result: SearchResult, round: Round): Promise<void> {
    const before = result.devCer;
    const promising = await this.screen(result, round);
    let winner: { alternative: Alternative; recipe: Recipe; devCer: number } | undefined;
    for (const alternative of promising) {
      const recipe = alternative.change(result.recipe);
      const devCer = await this.measure(round.title, alternative.name, recipe);
      if (devCer === undefined) result.untried.push(`${round.title}: ${alternative.name}`);
      else if (devCer < MARGIN * (winner?.devCer ?? before)) winner = { alternative, recipe, devCer };
    }
    if (!winner) return;
    Object.assign(result, { recipe: winner.recipe, devCer: winner.devCer });
    const { name, at } = winner.alternative;
    result.choices.push({ at, reason: `${name}: CER on dev ${percent(before)} → ${percent(winner.devCer)}` });
  }

  /** The better half of a round's alternatives by a short training, compared with as short a one of the recipe as it is. */
  private async screen({ recipe, untried }: SearchResult, { title, alternatives }: Round): Promise<Alternative[]> {
    if (alternatives.length <= 2) return alternatives;
    const shortly = (full: Recipe): Recipe => ({
      ...full,
      training: { ...full.training, epochs: Math.ceil(full.training.epochs / SHORT) },
      stages: full.stages?.map((stage) => ({ ...stage, epochs: Math.ceil(stage.epochs / SHORT) })),
    });
    const tried: { alternative: Alternative; devCer: number }[] = [];
    for (const alternative of alternatives) {
      const devCer = await this.measure(title, `${alternative.name}, shortly`, shortly(alternative.change(recipe)));
      if (devCer === undefined) untried.push(`${title}: ${alternative.name}`);
      else tried.push({ alternative, devCer });
    }
    const kept = Math.ceil(alternatives.length / 2);
    return tried
      .sort((a, b) => a.devCer - b.devCer)
      .slice(0, kept)
      .map(({ alternative }) => alternative);
  }

  /** @returns undefined where there is no time for it */
  async measure(round: string, name: string, recipe: Recipe, { always = false } = {}): Promise<number | undefined> {
    const { journal, budget, tryRecipe, signal } = this.options;
    const [key, cost] = [recipeHash(recipe), costOf(recipe)];
    const known = journal.find(key);
    if (known) return this.note(name, known.dev_cer);
    const left = budget - journal.seconds;
    if (!always && (left <= 0 || expectedSeconds(cost, journal.trials) > left)) return this.note(name, undefined);
    const startedAt = performance.now();
    const limit = always ? undefined : AbortSignal.timeout(Math.ceil(1000 * left));
    const devCer = await tryRecipe(recipe, AbortSignal.any([limit, signal].filter((s) => s !== undefined))).catch(
      (error: unknown) => {
        if (limit?.aborted && !signal?.aborted) return undefined;
        throw error;
      },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    await journal.add({ round, name, key, ...cost, ...(devCer !== undefined && { dev_cer: devCer }), seconds });
    return this.note(name, devCer);
  }

  private note(name: string, devCer: number | undefined): number | undefined {
    this.best = Math.min(this.best, devCer ?? Infinity);
    this.options.onTrial?.(name, devCer, this.best);
    return devCer;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
