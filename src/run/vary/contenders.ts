import path from 'node:path';
import { secondsOf } from '../../dataset/seconds.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { Recipe, RecipeInput } from '../../recipe/schema.ts';
import { sha256 } from '../../support/files.ts';
import type { Progress } from '../../support/progress.ts';
import type { Pretrained } from '../../train/pretrained.ts';
import { blocksThatLearn, type Known, type Speech } from '../adapt/cost.ts';
import { timePace } from '../adapt/pace.ts';
import { untranscribedSeconds } from '../adapt/untranscribed.ts';
import { beginningOf } from '../beginning.ts';
import { beginningKey } from './beginning-key.ts';

/** A variant that is ready to be trained. */
export interface Contender {
  set: readonly string[];
  recipe: Recipe;
  start: Pretrained;
  /** Of test nothing but how long it is. */
  speech: Speech;
  known: Known;
  /** Names what it hears through: a second of speech takes as long where that is the same. */
  heardThrough: string;
}

interface ContenderOptions {
  runs: string;
  /** Where paces are kept. */
  folder: string;
  /** When the clock of the budget began, as `performance.now()` has it. */
  began: number;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/** Each variant's recipe. @throws InputError when one of them is none */
export const recipesOf = (
  source: string | RecipeInput,
  variants: readonly (readonly string[])[],
  set: readonly string[] = [],
): Promise<Recipe[]> => Promise.all(variants.map((variant) => loadRecipe(source, { set: [...set, ...variant] })));

/** Opens what variants begin with, once where that is the same, and times each encoder on a few batches. */
export async function openContenders(
  recipes: readonly Recipe[],
  variants: readonly (readonly string[])[],
  options: ContenderOptions,
): Promise<Contender[]> {
  const opened = new Map<string, Omit<Contender, 'set' | 'recipe'>>();
  const contenders: Contender[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const key = beginningKey(recipe);
    const ready = opened.get(key) ?? (await openFor(recipe, options));
    opened.set(key, ready);
    contenders.push({ set: variants[i]!, recipe, ...ready });
  }
  return contenders;
}

async function openFor(recipe: Recipe, options: ContenderOptions): Promise<Omit<Contender, 'set' | 'recipe'>> {
  const { runs, folder, began, progress, signal } = options;
  const { start, prepared: all } = await beginningOf(recipe, runs, { progress, signal });
  const { test, ...prepared } = all;
  const heardThrough = sha256(JSON.stringify([recipe.encoder.model, recipe.start])).slice(0, 8);
  const pace = await timePace(recipe, prepared, {
    ...{ folder: path.join(folder, 'paces', heardThrough), began, start, progress, signal },
  });
  const corpus = secondsOf([...prepared.train, ...prepared.dev]);
  const untranscribed = await untranscribedSeconds(recipe, signal);
  const speech = { prepared, test: secondsOf(test), untranscribed };
  return { start, speech, known: { pace, trials: [], corpus, blocks: blocksThatLearn(start) }, heardThrough };
}

/** Names the folder of a race: the same for the same variants. */
export const raceFolder = (recipes: readonly Recipe[], runs: string): string =>
  path.join(runs, `race-${recipes[0]!.name}-${sha256(recipes.map(recipeHash).join(' ')).slice(0, 8)}`);
