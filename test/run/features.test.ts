import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { loadRecipe } from '../../src/recipe/load.ts';
import { computeFeaturesOf } from '../../src/run/features.ts';
import { runRecipe } from '../../src/run/index.ts';
import { smallRecipe, writeSmallCorpus } from './small-corpus.ts';

afterAll(() => {
  vi.unstubAllEnvs();
});

it('features that were computed beside a run are those that it needs', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'features-of-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(path.join(folder, 'mine'));
  const recipe = await loadRecipe(smallRecipe(path.join(folder, 'mine'), { epochs: 1, speeds: [1, 0.9] }));
  const { computed } = await computeFeaturesOf(recipe, path.join(folder, 'runs'));
  const { reused } = await runRecipe(recipe, { runs: path.join(folder, 'runs') });
  expect(reused!.features).toEqual({ there: computed, of: computed });
}, 120_000);
