import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { architectures } from '../../../src/encoder/checkpoint/architectures.ts';
import { CheckpointGraph } from '../../../src/encoder/checkpoint/checkpoint-graph.ts';
import { openEncoder } from '../../../src/encoder/open.ts';
import { readSource } from '../../../src/encoder/quantised.ts';
import { findEncoder } from '../../../src/encoder/source.ts';
import { exportModel } from '../../../src/export/export.ts';
import { importModel } from '../../../src/onnx/file/import.ts';
import { Random } from '../../../src/support/random.ts';
import { encodeSafetensors } from '../../../src/support/safetensors.ts';
import { speechlike } from '../../model/small-model.ts';
import { expectSame, runOnNotes, writeNotes } from '../../run/notes.ts';
import { relativeError } from '../exported.ts';

/** Wide enough that its matrices are worth rounding. */
const CONFIG = {
  ...{ model_type: 'wav2vec2', hidden_size: 64, num_hidden_layers: 3, num_attention_heads: 4, intermediate_size: 128 },
  ...{ conv_dim: Array<number>(7).fill(16), conv_bias: true, num_conv_pos_embeddings: 8 },
  ...{ num_conv_pos_embedding_groups: 4, feat_extract_norm: 'layer', do_stable_layer_norm: true },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'eight-bits-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeCheckpoint(at('exact'));
  await writeNotes(folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});
const at = (name: string): string => path.join(folder, name);

async function writeCheckpoint(to: string): Promise<void> {
  const c = new CheckpointGraph(new Map());
  architectures.wav2vec2!.build(c, CONFIG, {});
  const random = new Random('eight bits');
  const tensors = [...c.graph.parameters.values()].map(({ name, dims }) => {
    const size = dims.reduce<number>((product, dim) => product * Number(dim), 1);
    const middle = /norm\.weight$|original0$/.test(name) ? 1 : 0;
    const data = Float32Array.from({ length: size }, () => middle + 0.1 * random.normal());
    return [name, { dims: dims as number[], data }] as const;
  });
  await mkdir(to);
  await writeFile(path.join(to, 'config.json'), JSON.stringify(CONFIG));
  await writeFile(path.join(to, 'model.safetensors'), Buffer.concat(encodeSafetensors(new Map(tensors))));
}

describe('PyTorch weights in 8 bits', () => {
  it('give every layer nearly as in float32, by a model of a fraction that stands alone', async () => {
    const model = at('exact');
    const bytes = await readSource(await findEncoder({ model, dtype: 'q8' }));
    expect(importModel(bytes).files).toEqual([]);
    expect(bytes.length).toBeLessThan(0.45 * (await stat(path.join(model, 'model.safetensors'))).size);
    const [exact, rounded] = [
      await openEncoder('exact', await readSource(await findEncoder({ model })), { folder: model }),
      await openEncoder('rounded', bytes),
    ];
    const layers = [0, 1, 2, 3];
    const [expected, found] = [await exact.run([speechlike(3)], layers), await rounded.run([speechlike(3)], layers)];
    await Promise.all([exact.release(), rounded.release()]);
    for (const layer of layers.slice(1)) {
      const error = relativeError(found.layers[layer]!, expected.layers[layer]!);
      expect(error).toBeGreaterThan(1e-4);
      expect(error).toBeLessThan(0.03);
    }
  });

  it('feed a head, go along with its model without the file of weights, and learn nothing themselves', async () => {
    await cp(at('exact'), at('moved'), { recursive: true });
    const encoder = { model: at('moved'), dtype: 'q8' };
    const { folder: done } = await runOnNotes(folder, 'rounded', '', { encoder });
    await rm(at('moved'), { recursive: true });
    expect(await readdir(path.join(done, 'model'))).not.toContain('model.safetensors');
    await expectSame(folder, done);
    await expect(exportModel(done, 'transformers')).rejects.toThrow('is rounded to 8 bits');
    await expect(
      runOnNotes(folder, 'learning', '', { encoder: { ...encoder, model: at('exact') }, train: { top: 1 } }),
    ).rejects.toThrow('quantised (');
  }, 120_000);
});
