import path from 'node:path';
import { AudioCache } from '../audio/cache.ts';
import { prepare, type Prepared } from '../dataset/prepare.ts';
import type { Recipe } from '../recipe/schema.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import type { JobOptions } from '../support/progress.ts';
import { fromModel, openPretrained, type Pretrained } from '../train/pretrained.ts';
import { modelFolder } from './folder.ts';
import { earlierRun, type EarlierRun } from './forgetting.ts';
import type { Reused } from './result.ts';

/** What a recipe's training begins with. */
export interface Beginning {
  start: Pretrained;
  /** The folder of the model that it goes on from, and the run that the model came from. */
  model: string | undefined;
  earlier: EarlierRun | undefined;
  prepared: Prepared;
  recordings: Reused['recordings'];
}

/**
 * Opens what a recipe goes on from, an encoder or a model, and prepares its corpus for it.
 * @param runs where the runs of other recipes are
 * @param commit the revision of an encoder on the Hub, where the recipe leaves it open
 */
export async function beginningOf(
  recipe: Recipe,
  runs: string,
  { progress, signal, commit }: JobOptions & { commit?: string | undefined } = {},
): Promise<Beginning> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const model = recipe.start === undefined ? undefined : await modelFolder(recipe.start, runs);
  const start =
    model === undefined
      ? await openPretrained(recipe, { progress, signal, commit })
      : await fromModel(model, { progress, signal });
  const earlier = model === undefined ? undefined : await earlierRun(model, cache, { progress, signal });
  const { vocabulary } = start;
  const prepared = await prepare(recipe, cache, { progress, signal, vocabulary, reserved: earlier?.reserved });
  const { asked, decoded } = cache.filled;
  return { start, model, earlier, prepared, recordings: { there: asked - decoded, of: asked } };
}
