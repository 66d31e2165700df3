import type { Recipe } from '../../recipe/schema.ts';
import type { Alternative, Round } from './alternatives.ts';
import { halve, SHORT, shortened } from './halving.ts';
import type { Choice } from './starting-recipe.ts';
import { TimedTrials, type TrialsOptions } from './timed-trials.ts';

/** What is better by less is no reason to change a recipe: one dev set differs from another by more. */
const MARGIN = 0.99;

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
  options: TrialsOptions,
): Promise<SearchResult> {
  const search = new Search(start, options);
  const result = await search.start(start);
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
  private readonly trials: TimedTrials;

  constructor(start: Recipe, options: TrialsOptions) {
    this.trials = new TimedTrials(options);
    this.trials.standing = start;
  }

  async start(recipe: Recipe): Promise<SearchResult> {
    const devCer = await this.measure('as it is', 'start', recipe, { always: true });
    return { recipe, devCer: devCer!, choices: [], rejected: [], untried: [] };
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
    this.trials.standing = winner.recipe;
    Object.assign(result, { recipe: winner.recipe, devCer: winner.devCer });
    const { name, at } = winner.alternative;
    result.choices.push({ at, reason: `${name}: CER on dev ${percent(before)} → ${percent(winner.devCer)}` });
    if (winner.shortly)
      result.choices.push({ at: ['training', 'epochs'], reason: 'as many as there was time for: better so already' });
  }

  /** The better half of a round's alternatives, by a short training of each. */
  private async screen(result: SearchResult, { title, alternatives }: Round): Promise<Screened[]> {
    if (alternatives.length <= 2) return alternatives.map((alternative) => ({ alternative }));
    const shorter = alternatives.map((alternative) => ({
      alternative,
      recipe: shortened(alternative.change(result.recipe), SHORT),
    }));
    const { kept, behind, untried } = await halve(shorter, ({ alternative, recipe }) =>
      this.trials.measure(title, `${alternative.name}, shortly`, recipe),
    );
    for (const { candidate, devCer } of behind)
      result.rejected.push(`${candidate.alternative.name} (shortly ${percent(devCer)})`);
    for (const { candidate } of untried) result.untried.push(`${title}: ${candidate.alternative.name}`);
    return kept.map(({ candidate, devCer }) => ({
      alternative: candidate.alternative,
      shortly: { ...candidate, devCer, shortly: true },
    }));
  }

  /** @returns undefined where there is no time for it */
  private async measure(...trial: Parameters<TimedTrials['measure']>): Promise<number | undefined> {
    const measured = await this.trials.measure(...trial);
    return 'noTime' in measured ? undefined : measured.devCer;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
