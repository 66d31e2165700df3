import { existsSync } from 'node:fs';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { Model } from '../../src/model/model.ts';
import { runRecipe } from '../../src/run/run.ts';

const ENCODER = path.resolve('test/fixtures/encoders/wav2vec2-stable-legacy17.onnx');
let folder: string;

/** Two letters of one sine each, in words of three. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'exported-run-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const utterances: Utterance[] = [];
  for (let i = 0; i < 16; i++) {
    const letters = [...(i + 1).toString(2).padStart(5, '0')].map((bit) => (bit === '1' ? 'a' : 'o'));
    await writeWav(
      path.join(folder, `${i}.wav`),
      Float32Array.from(
        { length: 16000 },
        (_, t) => 0.3 * Math.sin(t / (letters[Math.floor(t / 3200)] === 'a' ? 9 : 30)),
      ),
    );
    utterances.push({ id: `${i}`, audio: `${i}.wav`, text: letters.join('') });
  }
  await writeManifest(folder, utterances);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('an encoder that others exported', () => {
  it.each([
    ['adapters', 'residual'],
    ['adapters', 'low-rank'],
    ['all', 'residual'],
  ] as const)('train: %s (%s), and the model folder is whole', async (train, kind) => {
    const name = `${train}-${kind}`;
    const file = path.join(folder, `${name}.yaml`);
    const encoder = { model: ENCODER, ...(train === 'all' ? { freeze: 'feature-encoder' } : {}) };
    await writeFile(
      file,
      JSON.stringify({
        name,
        language: 'it',
        corpus: folder,
        split: { dev: { minutes: 0.05 }, test: { minutes: 0.05 } },
        encoder,
        train,
        adapters: { kind, dims: 4 },
        head: { kind: 'linear' },
        training: { epochs: 1, batch_seconds: 4 },
      }),
    );
    const { folder: run, metrics } = await runRecipe(file, { runs: path.join(folder, 'runs') });
    expect(metrics.train.memory).toEqual([
      { mode: 'keep', expected: expect.any(Number) as number, most: expect.any(Number) as number },
    ]);
    expect(existsSync(path.join(run, 'in-use.json'))).toBe(false);
    const [before, after] = [await readFile(ENCODER), await readFile(path.join(run, 'model', 'encoder.onnx'))];
    const adapters = path.join(run, 'model', 'adapters.safetensors');
    // Adapters are a file beside the encoder as it was.
    expect(existsSync(adapters)).toBe(train === 'adapters');
    expect(after.equals(before)).toBe(train === 'adapters');
    if (train === 'adapters') expect((await stat(adapters)).size).toBeLessThan(before.length / 4);
    const model = await Model.load(path.join(run, 'model'));
    const [output] = await model.run([Float32Array.from({ length: 16000 }, (_, t) => Math.sin(t / 9))]);
    expect(output!.frames).toBe(49);
    expect(output!.logits.every(Number.isFinite)).toBe(true);
    await model.release();
  });
});
