import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../../src/encoder/checkpoint/safetensors.ts';
import { exportModel } from '../../src/export/export.ts';
import { Model } from '../../src/model/model.ts';
import { Random } from '../../src/support/random.ts';
import { onNotice } from '../../src/support/notices.ts';
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
      expect(await readFile(path.join(to, 'README.md'), 'utf8')).toMatch(
        /library_name: transformers\n[^]*tags:\n {2}- automatic-speech-recognition\n {2}- wav2vec2\n {2}- isogloss\n/,
      );
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
    const said: string[] = [];
    const unlisten = onNotice((text) => said.push(text));
    const { folder: to } = await exportModel(done, 'transformers');
    unlisten();
    expect(JSON.parse(await readFile(path.join(to, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['HubertModel'],
    });
    expect(await readdir(to)).toContain('model.safetensors');
    const card = await readFile(path.join(to, 'README.md'), 'utf8');
    expect(card).toMatch(/\n---\n\n# mlp\n\n\*\*Note: only the encoder is in here[^*]*use the model folder/);
    expect(card).toContain('AutoModel.from_pretrained("FOLDER")');
    expect(card).not.toMatch(/pipeline\(|onnx|transformers\.js|model-index/);
    expect(card).toMatch(/library_name: transformers\n[^]*tags:\n {2}- feature-extraction\n {2}- hubert\n/);
    expect(said).toEqual([expect.stringContaining('only the encoder is in here')]);
    await cp(path.join(done, 'model'), path.join(folder, 'moved'), { recursive: true });
    const { folder: moved } = await exportModel(path.join(folder, 'moved'), 'transformers');
    expect(await readFile(path.join(moved, 'README.md'), 'utf8')).toBe(card);
    for (const format of ['onnx', 'sherpa', 'web'] as const)
      await expect(exportModel(done, format)).rejects.toMatchObject({
        message: expect.stringMatching(`^--format ${format} is for runs on isogloss’s own encoders, and `) as string,
        next: expect.stringMatching(/^--format transformers writes PyTorch weights\..*model folder/) as string,
      });
  }, 300_000);

  it('is made of runs alone', async () => {
    await expect(exportModel(checkpointFile('ctc'), 'onnx')).rejects.toThrow('not one that a run has made');
  });
});
