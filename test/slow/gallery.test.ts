/** @module-tag slow */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadManifest, writeManifest } from '../../src/corpus/manifest.ts';
import { loadRecipe, type Recipe } from '../../src/recipe/index.ts';
import { runRecipe } from '../../src/run/index.ts';
import { checkpointFile } from '../encoder/checkpoint/checkpoints.ts';
import { SimulatedHub } from '../encoder/hub/simulated-hub.ts';
import { writeNotes } from '../run/notes.ts';

const RECIPES = readdirSync('recipes')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => path.basename(name, '.yaml'));
/** What stands behind a name on the Hub here: a tiny checkpoint of the same architecture. */
const PUBLISHED = {
  'facebook/wav2vec2-xls-r-300m': 'xls-r',
  'facebook/mms-300m': 'xls-r',
  'utter-project/mHuBERT-147': 'hubert',
};
const COMMIT = 'a'.repeat(40);

let folder: string;
let hub: SimulatedHub;
/** The model that recipes go on from which name another as their start. */
let start: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gallery-'));
  hub = await new SimulatedHub().open();
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  for (const [id, checkpoint] of Object.entries(PUBLISHED)) {
    const names = ['config.json', 'preprocessor_config.json', 'model.safetensors'];
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(checkpointFile(checkpoint, name))]));
    hub.repositories.set(id, { refs: { main: COMMIT }, commits: { [COMMIT]: files } });
  }
  await writeNotes(folder);
  const utterances = await loadManifest(folder);
  await writeManifest(
    folder,
    utterances.map((utterance) => ({ ...utterance, phones: utterance.text.replaceAll(' ', '|').split('').join(' ') })),
  );
  await writeFile(path.join(folder, 'texts.txt'), 'su a giù b\ngiù c su d\n'.repeat(20));
  const { folder: done } = await runRecipe('italian-10min', {
    runs: runs(),
    set: tiny(await loadRecipe('italian-10min')),
  });
  start = path.join(done, 'model');
}, 300_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(folder, { recursive: true });
});

const runs = (): string => path.join(folder, 'runs');

/** A recipe on sixteen recordings, an epoch a stage, with the smaller of the encoders that come with isogloss. */
function tiny(recipe: Recipe): string[] {
  const stages = recipe.stages?.map(({ train, learning_rate }) => ({
    train: typeof train === 'object' ? { top: 1 } : train,
    epochs: 1,
    learning_rate,
  }));
  const inEncoder = recipe.start === undefined && recipe.encoder.model === 'embedded';
  return [
    `corpus=${JSON.stringify(folder)}`,
    'split={ seed: 1, dev: { minutes: 0.04 }, test: { minutes: 0.04 } }',
    'baseline={}',
    'training.epochs=1',
    ...(stages ? [`stages=${JSON.stringify(stages)}`] : []),
    ...(inEncoder ? ['encoder.model=embedded-small'] : []),
    ...(recipe.start === undefined ? [] : [`start=${JSON.stringify(start)}`]),
    ...(recipe.untranscribed === undefined
      ? []
      : [`untranscribed=${JSON.stringify(path.join(folder, '0.wav'))}`, 'self_training.rounds=1']),
    ...(recipe.decoding.language_model?.texts?.length
      ? [`decoding.language_model.texts=${JSON.stringify([path.join(folder, 'texts.txt')])}`]
      : []),
  ];
}

describe('the gallery', () => {
  it('has a row for each recipe, and headings of RESULTS.md for its figures', () => {
    const rows = readFileSync('recipes/README.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ['))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.map(([, link]) => /^\[(.*)\]\(\1\.yaml\)$/.exec(link!)?.[1]).sort()).toEqual([...RECIPES].sort());
    const results = readFileSync('RESULTS.md', 'utf8');
    for (const [, , , , figures] of rows) {
      const heading = figures!.replace(/^– ?\(?|\)$/g, '');
      if (heading !== '') expect(results, figures).toMatch(new RegExp(`^##+ ${heading}`, 'm'));
    }
  });

  it.each(RECIPES)(
    '%s runs on a few short recordings',
    async (name) => {
      const recipe = await loadRecipe(name);
      const { metrics, known } = await runRecipe(name, { runs: runs(), set: tiny(recipe) });
      expect(metrics.test.utterances).toBeGreaterThan(1);
      expect(known).toBe(name === 'italian-10min');
    },
    300_000,
  );
});
