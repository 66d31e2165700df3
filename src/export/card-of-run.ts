import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { findCorpus, readTerms } from '../corpus/source.ts';
import type { Scores } from '../evaluate/score.ts';
import { readAbout } from '../model/model-folder.ts';
import { originIn } from '../model/origin.ts';
import { recipeSchema } from '../recipe/schema.ts';
import { InputError } from '../support/errors.ts';
import { readJson, readText } from '../support/files.ts';
import { readYaml } from '../support/yaml.ts';
import { modelCard, USE } from './card.ts';
import type { Data } from './hub-card.ts';

const lockSchema = z.looseObject({
  recipe: recipeSchema,
  locked: z.looseObject({ train: z.looseObject({ minutes: z.number() }) }),
});

/** The card of a model for an export; the model folder's own where the run that made it is not there any more. */
export async function cardOf(model: string, use: string): Promise<string> {
  const run = path.dirname(model);
  const [lock, metrics] = [path.join(run, 'recipe.lock.yaml'), path.join(run, 'metrics.json')];
  if (!existsSync(lock) || !existsSync(metrics)) return ownCard(model, use);
  const known = lockSchema.safeParse((await readYaml(lock, 'Restore the file as the run wrote it.')).value);
  // That of an earlier version of isogloss.
  if (!known.success) return ownCard(model, use);
  const { recipe, locked } = known.data;
  const { test } = (await readJson(metrics)) as { test: Scores };
  return modelCard(recipe, test, locked.train.minutes, await Promise.all([recipe.corpus].flat().map(dataOf)), {
    origin: originIn((await readAbout(model)).encoder),
    use,
  });
}

const ownCard = async (model: string, use: string): Promise<string> =>
  (await readText(path.join(model, 'README.md'))).replace(USE, () => use);

async function dataOf(corpus: string): Promise<Data> {
  try {
    const { name, sourceFolder } = findCorpus(corpus);
    const source = sourceFolder === undefined ? undefined : await readTerms(sourceFolder);
    return { name, ...(source ? { source } : {}) };
  } catch (error) {
    // The corpus has gone: its name is all that is known of it.
    if (error instanceof InputError) return { name: path.basename(corpus) };
    throw error;
  }
}
