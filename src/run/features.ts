import type { FeatureReport } from '../encoder/features.ts';
import type { Recipe } from '../recipe/schema.ts';
import { withCacheInUse } from '../support/cache-use.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { examplesFor } from '../train/stage-examples.ts';
import { stagesOf } from '../train/stages.ts';
import { beginningOf } from './beginning.ts';
import { shapeOf, stageSource } from './stage-source.ts';

/**
 * Computes the features that a run's first stage needs, and leaves them in the cache: beside the run, or before it.
 * @param runs where the runs of other recipes are
 * @throws InputError for a bad corpus or encoder
 */
export async function computeFeaturesOf(
  recipe: Recipe,
  runs: string,
  { progress = silent, signal }: JobOptions = {},
): Promise<FeatureReport> {
  return withCacheInUse(async () => {
    const { start, prepared } = await beginningOf(recipe, runs, { progress, signal });
    const work = { recipe, prepared, start, progress, ...(signal && { signal }) };
    const { features } = await examplesFor(await stageSource(work, shapeOf(work), stagesOf(recipe)[0]!));
    return features;
  });
}
