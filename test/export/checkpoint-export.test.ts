import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../../src/encoder/checkpoint/safetensors.ts';
import { exportModel } from '../../src/export/export.ts';
import { Model } from '../../src/model/model.ts';
import { Random } from '../../src/support/random.ts';
import { checkpointFile } from '../encoder/checkpoint/checkpoints.ts';
import { runOnNotes, writeNotes } from '../run/notes.ts';

describe('a model on PyTorch weights, exported for transformers', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'checkpoint-export-'));
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    await writeNotes(folder);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  /** Logits by letter of a second of noise. */
  async function logits(name: string): Promise<number[][]> {
    const model = await Model.load(name);
    const random = new Random('export');
    const [output] = await model.run([Float32Array.from({ length: 16_000 }, () => 0.1 * random.normal())]);
    const ids = Object.entries(model.vocabulary.toJson()).sort(([a], [b]) => (a < b ? -1 : 1));
    await model.release();
    return Array.from({ length: output!.frames }, (_, t) => ids.map(([, id]) => output!.logits[t * ids.length + id]!));
  }

  async function expectSameLogits(a: string, b: string, tolerance: number): Promise<void> {
    const [ours, theirs] = [await logits(a), await logits(b)];
    ours.forEach((row, t) => row.forEach((x, i) => expect(Math.abs(x - theirs[t]![i]!)).toBeLessThan(tolerance)));
  }

  it.each([
    ['top', { train: { top: 1 } }],
    ['lora', { train: 'adapters', adapters: { kind: 'low-rank', dims: 2, scale: 4 } }],
  ])(
    'with what it has learnt (%s) in place, is a …ForCTC that gives the same logits',
    async (name, fields) => {
      const { folder: done } = await runOnNotes(folder, name, '', {
        ...fields,
        start: checkpointFile('ctc'),
        encoder: undefined,
        head: undefined,
      });
      const { folder: to } = await exportModel(done, 'transformers');
      const config = JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8')) as object;
      expect(config).toMatchObject({
        architectures: ['Wav2Vec2ForCTC'],
        model_type: 'wav2vec2',
        num_hidden_layers: 3,
        pad_token_id: 0,
      });
      await expectSameLogits(path.join(done, 'model'), to, 1e-3);
      const [before, after] = [
        await readSafetensors(checkpointFile('ctc', 'model.safetensors')),
        await readSafetensors(path.join(to, 'model.safetensors')),
      ];
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    },
    300_000,
  );

  it.each(['ctc-shortened', 'ctc-bert-shortened'])(
    'with an adapter before its head, is the same, adapter and all: %s',
    async (start) => {
      const stages = [
        { train: 'head', epochs: 1, learning_rate: 1e-3 },
        { train: { top: 2 }, epochs: 1, learning_rate: 1e-3 },
      ];
      const { folder: done } = await runOnNotes(folder, start, '', {
        ...{ stages, start: checkpointFile(start), encoder: undefined, head: undefined },
      });
      const { folder: to } = await exportModel(done, 'transformers');
      expect(JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8'))).toMatchObject({ add_adapter: true });
      await expectSameLogits(path.join(done, 'model'), to, 1e-3);
      const [before, after] = [
        await readSafetensors(checkpointFile(start, 'model.safetensors')),
        await readSafetensors(path.join(to, 'model.safetensors')),
      ];
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    },
    300_000,
  );

  it('has a head that normalises in the place of the encoder’s last norm, on a lower layer of one that has such', async () => {
    const { folder: done } = await runOnNotes(folder, 'lower', '', {
      encoder: { model: checkpointFile('xls-r'), layer: 2 },
    });
    const { folder: to } = await exportModel(done, 'transformers');
    expect(JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['Wav2Vec2ForCTC'],
      num_hidden_layers: 2,
    });
    await expectSameLogits(path.join(done, 'model'), to, 2e-3);
  }, 300_000);

  it('has residual adapters as MMS has its languages’, on a lower layer of one that has such', async () => {
    const { folder: done } = await runOnNotes(folder, 'residual', '', {
      encoder: { model: checkpointFile('xls-r'), layer: 2 },
      adapters: { kind: 'residual', dims: 3 },
      train: 'adapters',
    });
    const { folder: to } = await exportModel(done, 'transformers');
    expect(JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8'))).toMatchObject({
      ...{ architectures: ['Wav2Vec2ForCTC'], num_hidden_layers: 2, adapter_attn_dim: 3 },
    });
    expect(
      (await readSafetensors(path.join(to, 'model.safetensors'))).has(
        'wav2vec2.encoder.layers.1.adapter_layer.linear_2.weight',
      ),
    ).toBe(true);
    await expectSameLogits(path.join(done, 'model'), to, 2e-3);
    const { folder: other } = await runOnNotes(folder, 'residual-base', '', {
      encoder: { model: checkpointFile('hubert') },
      train: 'adapters',
    });
    await expect(exportModel(other, 'transformers')).rejects.toThrow('transformers has no place for residual adapters');
  }, 300_000);

  it('is the encoder alone where transformers has no such head', async () => {
    const { folder: done } = await runOnNotes(folder, 'mlp', '', {
      encoder: { model: checkpointFile('hubert') },
      head: { kind: 'mlp' },
      train: { top: 1 },
    });
    const { folder: to } = await exportModel(done, 'transformers');
    expect(JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['HubertModel'],
    });
    expect(await readFile(path.join(to, 'README.md'), 'utf8')).toContain('the weights of its encoder alone');
    expect(await readdir(to)).toContain('model.safetensors');
  }, 300_000);
});
