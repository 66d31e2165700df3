import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeWav } from '../../../src/audio/wav.ts';
import { writeManifest } from '../../../src/corpus/manifest.ts';
import type { Utterance } from '../../../src/corpus/utterance.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { RecipeInput } from '../../../src/recipe/schema.ts';
import { adapt, type AdaptOptions } from '../../../src/run/adapt/adapt.ts';
import { runRecipe } from '../../../src/run/run.ts';
import { writeJson } from '../../../src/support/files.ts';

const ENCODER = path.resolve('test/fixtures/encoders/wav2vec2-stable-legacy17.onnx');
let folder: string;

/** Two letters of one sine each, in words of five. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-adapt-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const utterances: Utterance[] = [];
  for (let i = 0; i < 24; i++) {
    const letters = [...(i + 1).toString(2).padStart(5, '0')].map((bit) => (bit === '1' ? 'a' : 'o'));
    const sines = Float32Array.from(
      { length: 16000 },
      (_, t) => 0.3 * Math.sin(t / (letters[Math.floor(t / 3200)] === 'a' ? 9 : 30)),
    );
    await writeWav(path.join(folder, `${i}.wav`), sines);
    utterances.push({ id: `${i}`, audio: `${i}.wav`, text: letters.join('') });
  }
  await writeManifest(folder, utterances);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

async function written(name: string, fields: Pick<RecipeInput, 'training' | 'start'>): Promise<string> {
  const recipe = path.join(folder, `${name}.yaml`);
  await writeJson(recipe, {
    name,
    language: 'it',
    corpus: folder,
    split: { dev: { minutes: 0.1 }, test: { minutes: 0.05 } },
    ...(fields.start === undefined ? { encoder: { model: ENCODER }, head: { kind: 'linear' } } : {}),
    ...fields,
    training: { batch_seconds: 4, ...fields.training },
  });
  return recipe;
}

const runs = (): string => path.join(folder, 'runs');

const adapted = async (name: string, training: RecipeInput['training'], options: AdaptOptions) =>
  adapt([folder], { recipe: await written(name, { training }), runs: runs(), ...options });

it('does the least there is where a budget is far too small, and says what it left out', async () => {
  const { trials, untried, choices, folds, recipe, metrics } = await adapted(
    'short',
    { epochs: 6, speeds: [0.9, 1] },
    { budget: 0.1 },
  );
  expect(trials.map(({ name }) => name)).toEqual(['start']);
  expect(untried.length).toBeGreaterThan(5);
  expect(folds).toBe(false);
  const places = choices.map(({ at }) => at.join('.'));
  expect(places).toEqual(['split.dev', 'training.speeds', 'training.epochs', 'decoding']);
  expect((await loadRecipe(recipe)).training).toMatchObject({ epochs: 3, speeds: [1] });
  expect(await readFile(recipe, 'utf8')).toContain('# No time was left for: ');
  // The winner's training is the trial's: nothing is trained again.
  expect(metrics.train.epochs).toBe(3);
});

it('goes on where it was stopped, with the plan that it had', { tags: ['slow'], timeout: 300_000 }, async () => {
  const stopper = new AbortController();
  const budget = 600;
  let ended = 0;
  const training = { epochs: 2 };
  const stopped = adapted('stopped', training, {
    ...{ budget, signal: stopper.signal },
    onTrial: () => {
      if (++ended === 2) stopper.abort(new Error('stopped'));
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  const { trials, folds, folder: run } = await adapted('stopped', training, { budget });
  expect(folds).toBe(true);
  expect(trials.slice(0, 2).every(({ dev_cer }) => dev_cer !== undefined)).toBe(true);
  expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
  expect(existsSync(path.join(run, 'report.html'))).toBe(true);
});

it('tries what goes on from the model that a recipe names, and not before there is one', async () => {
  const start = await written('first', { training: { epochs: 30, learning_rate: 0.02, average: 0 } });
  const recipe = await written('onward', { start, training: { epochs: 1, learning_rate: 1e-9 } });
  const onTrial = vi.fn();
  const onward = () => adapt([folder], { recipe, runs: runs(), budget: 0.1, onTrial });
  await expect(onward()).rejects.toThrow('has not been run to its end');
  expect(onTrial).not.toHaveBeenCalled();
  const { metrics } = await runRecipe(start, { runs: runs() });
  const { trials, untried } = await onward();
  // With steps of nothing it is the model as it was.
  expect(trials[0]!.dev_cer).toBeCloseTo(metrics.dev.cer);
  expect(metrics.dev.cer).toBeLessThan(0.9);
  expect(untried.filter((name) => /^the head|^the hidden layer/.test(name))).toEqual([]);
}, 120_000);
