import path from 'node:path';
import { findCorpus } from '../../corpus/source.ts';
import { writeNew } from '../../support/files.ts';
import type { Progress } from '../../support/progress.ts';
import { startingRecipe, type Choice } from './starting-recipe.ts';
import { surveyCorpus, type CorpusSurvey } from './survey.ts';
import { recipeText } from './write-recipe.ts';

export interface NewRecipe {
  file: string;
  survey: CorpusSurvey;
  choices: Choice[];
}

export interface NewRecipeOptions {
  language?: string | undefined;
  name?: string | undefined;
  /** Where it is written; recipes/NAME.yaml, if absent. */
  output?: string | undefined;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes a recipe that fits a corpus, with a reason at each choice. Never over another that is there.
 * @example await newRecipe('mboshi', { language: 'mdw' })
 * @throws InputError when the file is there, or nothing in the corpus can be read
 */
export async function newRecipe(corpus: string, options: NewRecipeOptions = {}): Promise<NewRecipe> {
  const name = options.name ?? recipeName([corpus]);
  const file = options.output ?? path.join('recipes', `${name}.yaml`);
  const survey = await surveyCorpus([corpus], options);
  const { recipe, choices } = startingRecipe(survey, { name, corpus: [corpus], language: options.language });
  await writeNew(file, recipeText(recipe, choices), 'there is such a file already');
  return { file, survey, choices };
}

/** A recipe's name from its corpora's: small letters, digits and hyphens. */
export function recipeName(corpus: readonly string[]): string {
  const words = corpus.map((one) =>
    findCorpus(one)
      .name.toLowerCase()
      .replace(/[^a-z0-9]+/g, '-'),
  );
  return words.join('-').replace(/^-+|-+$/g, '') || 'corpus';
}
