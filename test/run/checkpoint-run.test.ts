import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readModelFolder } from '../../src/model/model-folder.ts';
import { checkRecipe } from '../../src/run/check-recipe.ts';
import { inspectEncoder } from '../../src/encoder/inspect.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { loadManifest, writeManifest } from '../../src/corpus/manifest.ts';
import { checkpointFile } from '../encoder/checkpoint/checkpoints.ts';
import { expectSame, runOnNotes, writeNotes } from './notes.ts';

describe('a recipe with an encoder’s PyTorch weights', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'checkpoints-'));
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    await writeNotes(folder);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  /** A folder with a checkpoint's description and one of its files of weights. */
  async function checkpoint(name: string, weights: string): Promise<string> {
    const to = path.join(folder, `${name}-${weights}`);
    await mkdir(to);
    for (const part of ['config.json', 'preprocessor_config.json', weights])
      await copyFile(checkpointFile(name, part), path.join(to, part));
    return to;
  }

  it.each([
    ['xls-r', 'model.safetensors', 'head'],
    ['xls-r', 'model.safetensors', { top: 2 }],
    ['wav2vec2', 'bf16.safetensors', { top: 1 }],
    ['wav2vec2', 'fp16.bin', { top: 1 }],
    ['hubert', 'model.safetensors', 'all'],
    ['wavlm', 'model.safetensors', 'adapters'],
    ['wav2vec2-bert', 'model.safetensors', 'head'],
    ['wav2vec2-bert', 'model.safetensors', { top: 2 }],
    ['wav2vec2-bert', 'model.safetensors', 'adapters'],
  ])(
    '%s from %s: %o learns, and what it wrote down is what its model folder writes down',
    async (name, weights, train) => {
      const from = await checkpoint(name, weights);
      const model = weights.startsWith('model.') ? from : path.join(from, weights);
      const named = typeof train === 'string' ? train : `top${train.top}`;
      const { folder: done, metrics } = await runOnNotes(
        folder,
        `${name}-${named}-${weights.replace('.', '-')}`,
        model,
        { train },
      );
      expect(metrics.train.epochs).toBe(2);
      // All that is needed has gone along.
      await rm(from, { recursive: true });
      expect(await readdir(path.join(done, 'model'))).toEqual(
        expect.arrayContaining(['encoder.onnx', 'model.json', ...(train === 'all' ? [] : [weights])]),
      );
      await expectSame(folder, done);
    },
    300_000,
  );

  it.each(['head', { top: 1 }])(
    'a published recogniser is where a training of %o starts; letters that it knows keep their head',
    async (train) => {
      const start = `${checkpointFile('mms')}:eng`;
      const name = `from-mms-${typeof train === 'string' ? train : 'top'}`;
      const { folder: done } = await runOnNotes(folder, name, '', {
        start,
        train,
        encoder: undefined,
        head: undefined,
      });
      const { vocabulary, about } = await readModelFolder(path.join(done, 'model'));
      expect(Object.keys(vocabulary.toJson()).slice(0, 8)).toEqual(['<pad>', '<unk>', '|', 'a', 'b', 'c', 'd', 'e']);
      expect(about.head).toMatchObject({ kind: 'linear', plain: true });
      // Its makers' terms count, not those of the encoder that recipes have by default.
      const card = await readFile(path.join(done, 'model', 'README.md'), 'utf8');
      expect(card).toContain(`- The encoder ${start}: on what terms`);
      expect(card).toContain('license: unknown');
      await expectSame(folder, done);
    },
    300_000,
  );

  it.each([
    ['xls-r', /is an encoder, no recogniser/],
    ['mms', /it has to be said which/],
  ])('a check of a recipe that would go on from %s says what the run would say', async (name, message) => {
    const recipe = { name: 'check', language: 'it', corpus: folder, start: checkpointFile(name) };
    await expect(checkRecipe(recipe)).rejects.toThrow(message);
    if (name === 'mms') await checkRecipe({ ...recipe, start: `${recipe.start}:eng` });
  });

  it('of a filter bank nothing learns below the blocks, and that is said at once', async () => {
    const model = checkpointFile('wav2vec2-bert');
    await expect(runOnNotes(folder, 'bert-all', model, { train: 'all' })).rejects.toMatchObject({
      message: 'this encoder hears a filter bank, which learns nothing: only its blocks can be trained',
      next: 'Train those: `train: { top: 3 }`, or fewer.',
    });
  });

  it('of Whisper’s, all learns from no more than its window: a longer recording is named before anything is computed', async () => {
    const long = path.join(folder, 'long');
    await writeNotes(long);
    const utterances = await loadManifest(long);
    await writeWav(path.join(long, 'long.wav'), new Float32Array(31 * 16_000).fill(0.1));
    await writeManifest(long, [...utterances, { id: 'long', audio: 'long.wav', text: 'su q' }]);
    const split = { by: 'text', test: { minutes: 0.04 }, dev: { minutes: 0.04 } };
    await expect(
      runOnNotes(long, 'whisper-all', checkpointFile('whisper'), { train: 'all', split }),
    ).rejects.toMatchObject({
      message: 'long has 31.0 s, and all of this encoder learns from no more than 30.0 s at once',
    });
  }, 60_000);

  it('says of them what it says of any encoder', async () => {
    const found = await inspectEncoder({ model: checkpointFile('xls-r') });
    expect(found).toMatchObject({
      layers: 4,
      dims: 16,
      frames_per_second: 50,
      parameters: 8392,
      receptive_field_seconds: 0.025,
      weights: { float32: { numbers: 8392 } },
      padding_is_safe: true,
      fine_tuning: { trainable: 'all' },
    });
  });
});
