import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasQuantised } from '../../src/encoder/own/encoder.ts';
import { exportModel } from '../../src/export/export.ts';
import { readModelFolder } from '../../src/model/model-folder.ts';
import { openSession } from '../../src/onnx/runtime/session.ts';
import type { RunResult } from '../../src/run/result.ts';
import { fixture } from '../encoder/exported.ts';
import { expectSame, runOnNotes, writeNotes } from './notes.ts';

describe('a recipe with somebody else’s encoder', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'other-encoders-'));
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    await writeNotes(folder);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  const run = (name: string, model: string, fields?: object): Promise<RunResult> =>
    runOnNotes(folder, name, model, fields);

  /** A folder in Hub layout with a fixture in it. */
  async function hubFolder(name: string, ...others: string[]): Promise<string> {
    const hub = path.join(folder, name);
    await mkdir(path.join(hub, 'onnx'), { recursive: true });
    await copyFile(fixture(`${name}.onnx`), path.join(hub, 'onnx', 'model.onnx'));
    for (const other of others)
      await copyFile(
        fixture(other),
        path.join(hub, other.endsWith('.json') ? 'preprocessor_config.json' : path.join('onnx', other)),
      );
    return hub;
  }

  it.each([
    ['whisper-legacy17', 'whisper-legacy17.preprocessor_config.json'],
    ['wav2vec2-bert-legacy17', 'wav2vec2-bert-legacy17.preprocessor_config.json'],
    ['wav2vec2-ctc-external', 'wav2vec2-ctc-external.onnx_data'],
    ['wav2vec2-ctc-q8'],
  ])(
    '%s: trains a head, and what it wrote down is what its model folder writes down',
    async (name, ...others) => {
      const hub = await hubFolder(name, ...others);
      const { folder: done, metrics } = await run(name, hub);
      expect(metrics.train.epochs).toBe(2);
      // All that is needed has gone along.
      await rm(hub, { recursive: true });
      const model = path.join(done, 'model');
      expect((await readdir(model)).includes('wav2vec2-ctc-external.onnx_data')).toBe(name === 'wav2vec2-ctc-external');
      expect((await readModelFolder(model)).about.encoder.preprocessor?.feature_extractor_type).toBe(
        others[0]?.endsWith('.json')
          ? (await readFile(fixture(others[0]), 'utf8')).match(/\w+FeatureExtractor/)![0]
          : undefined,
      );
      await expectSame(folder, done);
    },
    300_000,
  );

  it(
    'trains a head on the embedded one in 8 bits, which goes along as it is, and is exported',
    { tags: ['slow'], timeout: 300_000 },
    async () => {
      const { folder: done } = await run('embedded-q8', 'embedded', {
        encoder: { model: 'embedded', dtype: 'q8', layer: 3 },
        baseline: { random_encoder: false },
      });
      expect(hasQuantised(await readFile(path.join(done, 'model', 'encoder.onnx')))).toBe(true);
      await expectSame(folder, done);
      const { files } = await exportModel(done, 'transformers');
      expect(files.map(({ name }) => name)).toContain('onnx/model.onnx');
      // Rounded weights are no Wav2Vec2ForCTC's.
      expect(files.map(({ name }) => name)).not.toContain('model.safetensors');
      await openSession(path.join(done, 'export', 'transformers', 'onnx', 'model_quantized.onnx'));
    },
  );

  it('is refused before anything is computed where its layers can’t learn', async () => {
    await expect(run('whisper-top', fixture('whisper-legacy17.onnx'), { train: { top: 1 } })).rejects.toThrow(
      /hears spectrograms: its layers can’t be trained/,
    );
    await expect(run('q8-top', fixture('wav2vec2-ctc-q8.onnx'), { train: { top: 1 } })).rejects.toThrow(/quantised \(/);
  }, 120_000);
});
