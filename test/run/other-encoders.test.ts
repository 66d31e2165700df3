import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { hasQuantised } from '../../src/encoder/own/encoder.ts';
import { exportModel } from '../../src/export/export.ts';
import { readModelFolder } from '../../src/model/model.ts';
import { openSession } from '../../src/onnx/runtime/session.ts';
import { transcribe } from '../../src/transcribe/transcribe.ts';
import { runRecipe, type RunResult } from '../../src/run/run.ts';
import { fixture } from '../encoder/exported.ts';

/** Two notes of several pitches, high after low or low after high: a language of two words. */
function notes(i: number): { samples: Float32Array; text: string } {
  const rising = i % 2 === 0;
  const [low, high] = [300 + 10 * i, 2500 - 20 * i];
  const samples = Float32Array.from(
    { length: 12_000 + 100 * i },
    (_, t) => 0.3 * Math.sin(2 * Math.PI * (t < 6000 === rising ? low : high) * (t / 16_000)),
  );
  return { samples, text: rising ? 'su' : 'giù' };
}

describe('a recipe with somebody else’s encoder', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'other-encoders-'));
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    const utterances: Utterance[] = [];
    for (let i = 0; i < 16; i++) {
      const { samples, text } = notes(i);
      await writeWav(path.join(folder, `${i}.wav`), samples);
      // A number of its own keeps each text on one side of the split.
      utterances.push({ id: `${i}`, audio: `${i}.wav`, text: `${text} ${'abcdefghijklmnop'[i]!}` });
    }
    await writeManifest(folder, utterances);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  /** What a run's model folder writes down of the recordings that the run decoded is what the run wrote down. */
  async function expectSame(done: string): Promise<void> {
    const lines = (await readFile(path.join(done, 'hypotheses.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; hypothesis: string });
    expect(lines.length).toBeGreaterThan(3);
    const texts: (string | undefined)[] = [];
    for await (const item of transcribe(
      path.join(done, 'model'),
      lines.map(({ id }) => path.join(folder, `${id}.wav`)),
    ))
      texts.push('text' in item ? item.text : undefined);
    expect(texts).toEqual(lines.map(({ hypothesis }) => hypothesis));
  }

  async function run(name: string, model: string, fields: object = {}): Promise<RunResult> {
    const recipe = {
      name,
      language: 'it',
      corpus: folder,
      split: { dev: { minutes: 0.04 }, test: { minutes: 0.04 } },
      encoder: { model },
      head: { kind: 'linear', dropout: 0 },
      training: { epochs: 2, batch_seconds: 6, learning_rate: 0.01 },
      ...fields,
    };
    await writeFile(path.join(folder, `${name}.yaml`), JSON.stringify(recipe));
    return runRecipe(path.join(folder, `${name}.yaml`), { runs: path.join(folder, 'runs') });
  }

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
      await expectSame(done);
    },
    300_000,
  );

  it('trains a head on the embedded one in 8 bits, which goes along as it is, and is exported', async () => {
    const { folder: done } = await run('embedded-q8', 'embedded', {
      encoder: { model: 'embedded', dtype: 'q8', layer: 3 },
      baseline: { random_encoder: false },
    });
    expect(hasQuantised(await readFile(path.join(done, 'model', 'encoder.onnx')))).toBe(true);
    await expectSame(done);
    const { files } = await exportModel(done, 'transformers');
    expect(files.map(({ name }) => name)).toContain('onnx/model.onnx');
    // Rounded weights are no Wav2Vec2ForCTC's.
    expect(files.map(({ name }) => name)).not.toContain('model.safetensors');
    await openSession(path.join(done, 'export', 'transformers', 'onnx', 'model_quantized.onnx'));
  }, 300_000);

  it('is refused before anything is computed where its layers can’t learn', async () => {
    await expect(run('whisper-top', fixture('whisper-legacy17.onnx'), { train: { top: 1 } })).rejects.toThrow(
      /hears spectrograms: its layers can’t be trained/,
    );
    await expect(run('q8-top', fixture('wav2vec2-ctc-q8.onnx'), { train: { top: 1 } })).rejects.toThrow(/quantised \(/);
  }, 120_000);
});
