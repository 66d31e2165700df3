import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { listEncoders } from '../../src/encoder/list.ts';
import { encoderOrigin } from '../../src/encoder/origin.ts';
import { findEncoder } from '../../src/encoder/source.ts';
import { sha256 } from '../../src/support/files.ts';
import { lockEncoder } from '../../src/run/locked-encoder.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/result.ts';
import { transcribe } from '../../src/transcribe/transcribe.ts';
import { modelBytes } from '../encoder/exported.ts';
import { SimulatedHub, TOKEN } from '../encoder/hub/simulated-hub.ts';

const [FIRST, SECOND] = ['1'.repeat(40), '2'.repeat(40)];
const ID = 'linguists/wav2vec2-tiny';
const model = Buffer.from(modelBytes('wav2vec2-stable-legacy17'));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const PREPROCESSOR = {
  do_normalize: false,
  feature_extractor_type: 'Wav2Vec2FeatureExtractor',
  return_attention_mask: true,
  sampling_rate: 16000,
};
const files = {
  'config.json': json({ hidden_size: 16, num_hidden_layers: 3 }),
  'preprocessor_config.json': json(PREPROCESSOR),
  'onnx/model.onnx': model,
};

let hub: SimulatedHub;
let folder: string;
let recipe: string;

/** What a run's lock says of its encoder. */
const locked = async (run: RunResult): Promise<unknown> =>
  (parse(await readFile(path.join(run.folder, 'recipe.lock.yaml'), 'utf8')) as { locked: { encoder: unknown } }).locked
    .encoder;

beforeAll(async () => {
  hub = await new SimulatedHub().open();
  hub.repositories.set(ID, { refs: { main: FIRST }, commits: { [FIRST]: files }, needs: 'token' });
  folder = await mkdtemp(path.join(tmpdir(), 'hub-run-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_TOKEN', TOKEN);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  const utterances = [];
  for (let i = 0; i < 20; i++) {
    await writeWav(
      path.join(folder, `${i}.wav`),
      Float32Array.from({ length: 12_000 }, (_, t) => 0.3 * Math.sin((t * (i + 5)) / 60)),
    );
    utterances.push({ id: `${i}`, audio: `${i}.wav`, text: `la ${'abcde'[i % 5]}${'fghi'[i % 4]}` });
  }
  await writeManifest(folder, utterances);
  recipe = path.join(folder, 'recipe.yaml');
  const content = {
    name: 'from-hub',
    language: 'it',
    corpus: folder,
    split: { dev: { minutes: 0.05 }, test: { minutes: 0.05 } },
    encoder: { model: ID },
    head: { kind: 'linear' },
    training: { epochs: 2, batch_seconds: 4 },
  };
  await writeFile(recipe, JSON.stringify(content));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a run on an encoder from the Hub', () => {
  let run: RunResult;
  beforeAll(async () => {
    expect(await encoderOrigin({ model: ID })).toEqual({
      from: 'hub',
      what: `${ID} at main, fp32, from the Hugging Face Hub: fetched when it is needed, for there is no folder ${ID} here`,
      here: false,
    });
    run = await runRecipe(recipe, { runs: path.join(folder, 'runs') });
  });

  it('fetches it, trains a head on it, and locks its commit and checksum', async () => {
    expect(run.metrics.train.epochs).toBe(2);
    expect(await locked(run)).toEqual({
      from: 'hub',
      commit: FIRST,
      files: { 'onnx/model.onnx': sha256(model) },
      preprocessor: PREPROCESSOR,
    });
  });

  it('makes a model that hears as the encoder’s makers say, with no need of the Hub', async () => {
    const about = JSON.parse(await readFile(path.join(run.folder, 'model', 'model.json'), 'utf8')) as {
      encoder: object;
    };
    expect(about.encoder).toEqual({
      ...{ name: ID, hash: sha256(model), commit: FIRST, preprocessor: PREPROCESSOR },
      origin: { name: ID, commit: FIRST },
    });
    expect(await readFile(path.join(run.folder, 'model', 'README.md'), 'utf8')).toContain(`base_model:\n  - ${ID}\n`);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    for await (const transcript of transcribe(path.join(run.folder, 'model'), [path.join(folder, '0.wav')]))
      expect(transcript).toHaveProperty('text');
    vi.stubEnv('HF_HUB_OFFLINE', '');
  });

  it('goes on with the same commit when the branch has moved', async () => {
    hub.repositories.set(ID, {
      refs: { main: SECOND },
      commits: {
        [FIRST]: files,
        [SECOND]: { ...files, 'onnx/model.onnx': Buffer.from(modelBytes('hubert-legacy14')) },
      },
      needs: 'token',
    });
    await rm(path.join(run.folder, 'metrics.json'));
    hub.asked();
    const again = await runRecipe(recipe, { runs: path.join(folder, 'runs') });
    expect(hub.asked()).toEqual([]);
    expect(again.metrics.test).toEqual(run.metrics.test);
    expect(await locked(again)).toMatchObject({ commit: FIRST });
  });

  it('has the same lock wherever the cache is', async () => {
    hub.repositories.get(ID)!.refs.main = FIRST;
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache-elsewhere'));
    const elsewhere = await findEncoder({ model: ID });
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    expect(elsewhere.file).toContain('cache-elsewhere');
    expect(await lockEncoder(elsewhere)).toEqual(await locked(run));
  });

  it('leaves no token in anything it writes', async () => {
    const written = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(written.map((entry) => entry.name)).toEqual(
      expect.arrayContaining(['recipe.lock.yaml', 'report.html', 'model.json']),
    );
    for (const entry of written)
      expect(await readFile(path.join(entry.parentPath, entry.name), 'latin1'), entry.name).not.toContain(TOKEN);
  });

  it('is known to encoder list and recipe check', async () => {
    expect(await listEncoders()).toContainEqual({
      name: ID,
      revision: FIRST,
      dtype: 'fp32',
      dims: 16,
      layers: 4,
      megabytes: model.length / 1e6,
      what: 'from the Hugging Face Hub: fp32, commit 11111111',
    });
    const isogloss = (...args: string[]) => execa('node', [path.resolve('bin/run.js'), ...args]);
    const [check, list] = await Promise.all([isogloss('recipe', 'check', recipe), isogloss('encoder', 'list')]);
    expect(check.stdout).toContain(
      `encoder: ${ID} at main, fp32, from the Hugging Face Hub: in the cache, commit 11111111`,
    );
    expect(list.stdout).toMatch(new RegExp(`${ID} +0–3 +16 +0\\.2 +from the Hugging Face Hub: fp32, commit 11111111`));
  }, 120_000);
});
