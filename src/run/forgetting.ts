import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { AudioCache } from '../audio/cache.ts';
import type { Reserved } from '../corpus/split/split.ts';
import { score, type Scores } from '../evaluate/score.ts';
import { Model } from '../model/model.ts';
import { recipeSchema, type Recipe } from '../recipe/schema.ts';
import { shaped } from '../support/shape.ts';
import { readYaml } from '../support/yaml.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import type { Work } from './work.ts';
import { evaluateModel } from './evaluate-model.ts';
import { prepare, type Prepared } from '../dataset/prepare.ts';

/** The run that a model came from, with the splits that it drew. */
export interface EarlierRun {
  recipe: Recipe;
  prepared: Prepared;
  /** No text that the model has learnt from is tested again, and none that it is tested on is learnt. */
  reserved: Reserved;
}

/** What going on from a model has gained, and what it has cost. */
export interface Forgetting {
  /** The model that training went on from, on this run's test split. */
  before: { test: Scores };
  /**
   * The earlier run's test split, with the model before and after; absent when that run's lock is not beside the model.
   */
  forgetting?: { recipe: string; before: Scores; after: Scores };
}

const lockSchema = z.looseObject({ recipe: recipeSchema });

/**
 * @returns undefined when the model's run folder is not around it any more
 * @throws InputError when its lock is damaged
 */
export async function earlierRun(
  model: string,
  cache: AudioCache,
  { progress = silent, signal }: JobOptions = {},
): Promise<EarlierRun | undefined> {
  const lockFile = path.join(path.dirname(path.resolve(model)), 'recipe.lock.yaml');
  if (!existsSync(lockFile)) return undefined;
  const run = path.basename(path.dirname(lockFile));
  const next = `Run ${run}’s recipe again, or move the model out of its run’s folder.`;
  const { value } = await readYaml(lockFile, next);
  const { recipe } = shaped(lockSchema, value, { file: lockFile }, next);
  const prepared = await prepare(recipe, cache, { progress, signal });
  const texts = (items: Prepared['train']): string[] => items.map((item) => item.tokens.join(' '));
  return {
    recipe,
    prepared,
    reserved: {
      trained: new Set(texts(prepared.train)),
      tested: new Set([...texts(prepared.dev), ...texts(prepared.test)]),
    },
  };
}

/** Measures the earlier model on the new test split, and both models on the earlier run's test split. */
export async function measureForgetting(
  { recipe, prepared, earlier }: Work,
  start: string,
  after: Model,
): Promise<Forgetting> {
  const before = await Model.load(start);
  try {
    const gained = { before: { test: score((await evaluateModel(before, recipe, prepared, prepared.test)).pairs) } };
    if (!earlier) return gained;
    const scoresOf = async (model: Model): Promise<Scores> =>
      score((await evaluateModel(model, earlier.recipe, earlier.prepared, earlier.prepared.test)).pairs);
    return {
      ...gained,
      forgetting: { recipe: earlier.recipe.name, before: await scoresOf(before), after: await scoresOf(after) },
    };
  } finally {
    await before.release();
  }
}
