import { previewCorpora, type CorpusPreview, type NotHere } from '../dataset/preview.ts';
import { encoderOrigin, type EncoderOrigin } from '../encoder/origin.ts';
import { kindOf } from '../encoder/source.ts';
import { readModel } from '../model/read-model.ts';
import { recipeHash } from '../recipe/hash.ts';
import { loadRecipe, type LoadOptions } from '../recipe/load.ts';
import type { Recipe, RecipeInput } from '../recipe/schema.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { memoryOfRecipe, type MemoryPlan } from '../train/memory.ts';

export { describePreview } from '../dataset/describe-preview.ts';
export { describeMemory } from '../train/memory.ts';

export interface CheckedRecipe {
  /** With all its defaults. */
  recipe: Recipe;
  /** The name of its run folder. */
  run: string;
  encoder: EncoderOrigin;
  /** What training takes, where that can be known before. */
  memory?: RecipeMemory[];
  corpus: CorpusPreview | NotHere;
}

/** Bytes that a stage will need at its peak, by what they are for. */
export interface RecipeMemory extends Pick<MemoryPlan, 'mode' | 'precision'> {
  stage: string;
  bytes: MemoryPlan['need'];
}

/**
 * Checks a recipe and says what it makes of its corpus, where its encoder comes from, and the memory that training
 * takes. Recordings are not decoded, and nothing is fetched.
 * @throws InputError where a run would end with one
 * @example
 * const { run, corpus } = await checkRecipe('italian-10min');
 */
export async function checkRecipe(
  source: string | RecipeInput,
  { set, progress = silent, signal }: JobOptions & LoadOptions = {},
): Promise<CheckedRecipe> {
  const recipe = await loadRecipe(source, { set });
  const encoder = await encoderOrigin(recipe.encoder, recipe.start);
  // A model that is here is looked into; one on the Hub, and another recipe's, may come later.
  if (recipe.start !== undefined && isHere(recipe.start)) await readModel(recipe.start);
  // What a run goes on from is only known when that is there, and what is on the Hub when it is fetched.
  const foreseeable = recipe.start === undefined && encoder.from !== 'hub';
  return {
    recipe,
    run: `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`,
    encoder,
    memory: foreseeable ? await memoryOf(recipe) : undefined,
    corpus: await previewCorpora(recipe, { progress, signal }),
  };
}

const isHere = (start: string): boolean => !/\.ya?ml$/.test(start) && kindOf(start) !== 'hub';

async function memoryOf(recipe: Recipe): Promise<RecipeMemory[]> {
  return (await memoryOfRecipe(recipe)).map(({ need, ...stage }) => ({ ...stage, bytes: need }));
}
