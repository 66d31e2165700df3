import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listEncoders } from '../../../src/encoder/list.ts';
import { openEncoder } from '../../../src/encoder/open.ts';
import { encoderOrigin } from '../../../src/encoder/origin.ts';
import { readSource } from '../../../src/encoder/quantised.ts';
import { findEncoder } from '../../../src/encoder/source.ts';
import { checkpointFile } from '../checkpoint/checkpoints.ts';
import { modelBytes } from '../exported.ts';
import { SimulatedHub, TOKEN } from './simulated-hub.ts';

const [MAIN, CONVERTED, STRANGE] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const ID = 'linguists/xls-r-tiny';
const part = (name: string, of = 'wav2vec2'): Buffer => readFileSync(checkpointFile(of, name));
const described = { 'config.json': part('config.json'), 'preprocessor_config.json': part('preprocessor_config.json') };
const safetensors = { ...described, 'model.safetensors': part('model.safetensors') };
const old = { ...described, 'pytorch_model.bin': part('pytorch_model.bin'), 'tf_model.h5': Buffer.alloc(2000) };
const shards = ['model.safetensors.index.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

let hub: SimulatedHub;
let cache: string;

beforeEach(async () => {
  hub = await new SimulatedHub().open();
  cache = await mkdtemp(path.join(tmpdir(), 'hub-cache-'));
  vi.stubEnv('ISOGLOSS_CACHE', cache);
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_HUB_OFFLINE', '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true, force: true });
});

/** What the encoder makes of a second of sound, whatever the form of its weights. */
async function heard(model: string): Promise<Float32Array> {
  const source = await findEncoder({ model });
  const encoder = await openEncoder(model, await readSource(source), {
    folder: path.dirname(source.file),
    preprocessor: source.preprocessor,
  });
  const { layers } = await encoder.run([Float32Array.from({ length: 16_000 }, (_, i) => Math.sin(i / 20))], [3]);
  await encoder.release();
  return layers[0]!;
}

describe('PyTorch weights on the Hub', () => {
  it('are fetched as safetensors with what describes them, and nothing else', async () => {
    hub.repositories.set(ID, { refs: { main: MAIN }, commits: { [MAIN]: { ...old, ...safetensors } } });
    expect(await encoderOrigin({ model: ID })).toMatchObject({ here: false });
    const source = await findEncoder({ model: ID });
    expect(source).toMatchObject({ from: 'hub', model: 'model.safetensors', data: [], commit: MAIN });
    expect((await readdir(path.dirname(source.file))).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ]);
    expect(await encoderOrigin({ model: ID })).toEqual({
      from: 'hub',
      what: `${ID} at main, PyTorch weights, from the Hugging Face Hub: in the cache, commit aaaaaaaa`,
      here: true,
    });
    expect(await listEncoders()).toContainEqual(
      expect.objectContaining({ name: ID, revision: MAIN, layers: 4, dims: 16, parameters: 8256 }),
    );
    hub.asked();
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect((await findEncoder({ model: ID })).file).toBe(source.file);
    expect(hub.asked()).toEqual([]);
  });

  it('leave the way to ONNX files where a repository has both', async () => {
    hub.repositories.set(ID, {
      refs: { main: MAIN },
      commits: { [MAIN]: { ...safetensors, 'onnx/model.onnx': Buffer.from(modelBytes('hubert-legacy14')) } },
    });
    expect((await findEncoder({ model: ID })).model).toBe('onnx/model.onnx');
  });

  it('in PyTorch’s own format are taken from the robot’s conversion, without a network too, and from nobody else’s', async () => {
    hub.repositories.set(ID, {
      refs: { main: MAIN, 'refs/pr/2': CONVERTED, 'refs/pr/3': STRANGE },
      commits: { [MAIN]: old, [CONVERTED]: { ...old, ...safetensors }, [STRANGE]: safetensors },
      pulls: [
        { num: 3, author: 'stranger', status: 'open' },
        { num: 2, author: 'SFconvertbot', status: 'open' },
      ],
    });
    const source = await findEncoder({ model: ID });
    expect(source).toMatchObject({ model: 'model.safetensors', commit: CONVERTED });
    expect(await encoderOrigin({ model: ID })).toMatchObject({
      here: true,
      what: expect.stringContaining('commit bbbbbbbb') as string,
    });
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect((await findEncoder({ model: ID })).file).toBe(source.file);
    // A run that began with it goes on with it.
    expect((await findEncoder({ model: ID }, { commit: CONVERTED })).file).toBe(source.file);
  });

  it('are taken in PyTorch’s own format where there is no conversion, or where a revision is asked for', async () => {
    hub.repositories.set(ID, {
      refs: { main: MAIN, v1: MAIN },
      commits: { [MAIN]: old },
      pulls: [{ num: 1, author: 'SFconvertbot', status: 'closed' }],
    });
    expect(await findEncoder({ model: ID })).toMatchObject({ model: 'pytorch_model.bin', commit: MAIN });
    hub.asked();
    await findEncoder({ model: ID, revision: 'v1' });
    expect(hub.asked().filter((request) => request.includes('discussions'))).toEqual([]);
  });

  it('may be in several files, and of a pull request that is named', async () => {
    hub.repositories.set(ID, {
      refs: { main: MAIN, 'refs/pr/7': STRANGE },
      commits: {
        [MAIN]: old,
        [STRANGE]: { ...described, ...Object.fromEntries(shards.map((name) => [name, part(name)])) },
      },
    });
    const source = await findEncoder({ model: ID, revision: 'refs/pr/7' });
    expect(source).toMatchObject({ model: shards[0], data: shards.slice(1), commit: STRANGE });
    expect(readdirSync(path.dirname(source.file)).sort()).toEqual(
      [...shards, 'config.json', 'preprocessor_config.json'].sort(),
    );
    expect(await encoderOrigin({ model: ID, revision: 'refs/pr/7' })).toMatchObject({ here: true });
  });

  it('give the same features in each form', async () => {
    const forms = {
      safe: safetensors,
      old,
      shards: { ...described, ...Object.fromEntries(shards.map((name) => [name, part(name)])) },
    };
    for (const [name, files] of Object.entries(forms))
      hub.repositories.set(`linguists/${name}`, { refs: { main: MAIN }, commits: { [MAIN]: files } });
    const [safe, bin, sharded] = [
      await heard('linguists/safe'),
      await heard('linguists/old'),
      await heard('linguists/shards'),
    ];
    expect(bin).toEqual(safe);
    expect(sharded).toEqual(safe);
  });

  it('go on where a download broke off, and are refused where they are gated or damaged', async () => {
    hub.repositories.set(ID, { refs: { main: MAIN }, commits: { [MAIN]: safetensors } });
    hub.cuts = { after: 15_000, times: 3 };
    const { file } = await findEncoder({ model: ID });
    expect(hub.came.map(({ range }) => range)).toContain('bytes=15000-');
    expect(readFileSync(file)).toEqual(safetensors['model.safetensors']);
    hub.repositories.set('linguists/gated', {
      refs: { main: MAIN },
      commits: { [MAIN]: safetensors },
      needs: 'token and terms',
    });
    vi.stubEnv('HF_TOKEN', TOKEN);
    await expect(findEncoder({ model: 'linguists/gated' })).rejects.toThrow('linguists/gated is gated');
  });

  it('are not had in other numbers than their own, but for 8 bits, to which isogloss rounds them', async () => {
    hub.repositories.set(ID, { refs: { main: MAIN }, commits: { [MAIN]: safetensors } });
    await expect(findEncoder({ model: ID, dtype: 'fp16' })).rejects.toThrow(
      `${ID} has PyTorch weights, and no ONNX files in fp16`,
    );
    expect(await findEncoder({ model: ID, dtype: 'q8' })).toMatchObject({ model: 'model.safetensors', rounds: true });
  });
});
