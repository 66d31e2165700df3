import path from 'node:path';
import { secondsOf } from '../../dataset/seconds.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { Recipe, RecipeInput } from '../../recipe/schema.ts';
import { sha256 } from '../../support/files.ts';
import type { JobOptions, Progress } from '../../support/progress.ts';
import type { Pretrained } from '../../train/pretrained.ts';
import { blocksThatLearn, type Known, type Speech } from '../adapt/cost.ts';
import { timePace } from '../adapt/pace.ts';
import { untranscribedSeconds } from '../adapt/untranscribed.ts';
import { beginningOf, type Beginning } from '../beginning.ts';
import { inputsHash, inputsOf } from '../inputs.ts';
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

/** What variants begin with, by the key of that. */
export type Beginnings = ReadonlyMap<string, Beginning>;

/** Opens what variants begin with, once where that is the same. */
export async function beginningsOf(recipes: readonly Recipe[], runs: string, options: JobOptions): Promise<Beginnings> {
  const opened = new Map<string, Beginning>();
  for (const recipe of recipes) {
    const key = beginningKey(recipe);
    if (!opened.has(key)) opened.set(key, await beginningOf(recipe, runs, options));
  }
  return opened;
}

/** Makes variants ready, timing each encoder on a few batches. */
export async function openContenders(
  recipes: readonly Recipe[],
  variants: readonly (readonly string[])[],
  beginnings: Beginnings,
  options: ContenderOptions,
): Promise<Contender[]> {
  const timed = new Map<string, Omit<Contender, 'set' | 'recipe'>>();
  const contenders: Contender[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const key = beginningKey(recipe);
    const ready = timed.get(key) ?? (await timedOn(recipe, beginnings.get(key)!, options));
    timed.set(key, ready);
    contenders.push({ set: variants[i]!, recipe, ...ready });
  }
  return contenders;
}

async function timedOn(
  recipe: Recipe,
  { start, prepared: all }: Beginning,
  { folder, began, progress, signal }: ContenderOptions,
): Promise<Omit<Contender, 'set' | 'recipe'>> {
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

/** Names the folder of a race: the same for the same variants on the same speech. */
export function raceFolder(recipes: readonly Recipe[], beginnings: Beginnings, runs: string): string {
  const heard = [...beginnings.values()].map(({ prepared }) => inputsHash(inputsOf(prepared, {})));
  return path.join(
    runs,
    `race-${recipes[0]!.name}-${sha256([...recipes.map(recipeHash), ...heard].join(' ')).slice(0, 8)}`,
  );
}
