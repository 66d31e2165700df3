import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEncoder, Encoder, hasQuantised, loadEncoder, readEncoder } from '../../src/encoder/own/encoder.ts';
import { rowOf } from '../../src/encoder/features.ts';
import { inspectEncoder } from '../../src/encoder/inspect.ts';
import { buildEncoder } from '../../src/encoder/own/network.ts';
import { appendPhones, readPhones } from '../../src/encoder/own/phones.ts';
import { inEightBits, readSource } from '../../src/encoder/quantised.ts';
import { findEncoder } from '../../src/encoder/source.ts';
import { readWeights } from '../../src/encoder/own/weights.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { Random } from '../../src/support/random.ts';
import { openPretrained } from '../../src/train/pretrained.ts';
import { speechlike } from '../model/small-model.ts';
import { fixture, relativeError } from './exported.ts';

/** How far a layer is off, and the file's size beside float16's. */
const LIMITS = { embedded: { error: 0.1, size: 0.8 }, 'embedded-small': { error: 0.02, size: 0.6 } } as const;

describe.each(['embedded', 'embedded-small'] as const)('the encoder %s in 8 bits', (name) => {
  let [exact, rounded] = [undefined, undefined] as unknown as [Encoder, Encoder];
  beforeAll(async () => {
    exact = await loadEncoder(name);
    rounded = await Encoder.fromBytes(name, await readSource(await findEncoder({ model: name, dtype: 'q8' })));
  });
  afterAll(async () => {
    await Promise.all([exact.release(), rounded.release()]);
  });

  it('gives every layer nearly as it gives it in float32, by a smaller file', async () => {
    const layers = [...Array(exact.layerCount).keys()];
    const recording = speechlike(6);
    const [expected, found] = [await exact.run([recording], layers), await rounded.run([recording], layers)];
    for (const [i, layer] of found.layers.entries()) {
      const error = relativeError(layer, expected.layers[i]!);
      // What enters a log-mel encoder's first block is computed as before.
      if (i > 0) expect(error).toBeGreaterThan(1e-4);
      expect(error).toBeLessThan(LIMITS[name].error);
    }
    expect(rounded.bytes.length).toBeLessThan(LIMITS[name].size * exact.bytes.length);
    expect(rounded.hash).not.toBe(exact.hash);
  });

  it('gives a recording the same features, to the last bit, whatever runs with it', async () => {
    const recordings = [speechlike(0.7, 1), speechlike(2.3, 2), speechlike(0.01, 3)];
    const together = await rounded.run(recordings, [0, 3], 150);
    expect(together.layers[1]).toHaveLength(3 * 150 * rounded.dims);
    for (const [row, recording] of recordings.entries())
      expect(rowOf(together, row, rounded.dims)).toEqual(
        rowOf(await rounded.run([recording], [0, 3]), 0, rounded.dims),
      );
  });

  it('has as many parameters as before, and says that they don’t learn', async () => {
    const [before, after] = [await inspectEncoder({ model: name }), await inspectEncoder({ model: name, dtype: 'q8' })];
    expect(after).toMatchObject({
      own: true,
      parameters: before.parameters,
      padding_is_safe: false,
      fine_tuning: { trainable: 'nothing' },
      recommended: { train: 'head' },
    });
    expect(after.weights.uint8!.numbers).toBeGreaterThan(0.6 * after.parameters);
  });

  it('carries a head, and nothing of it is unfrozen', async () => {
    const start = await openPretrained(
      recipeSchema.parse({ name: 'a', language: 'it', corpus: 'x', encoder: { model: name, dtype: 'q8' } }),
    );
    expect((await start.open(start.top)).dims).toBe(exact.dims);
    for (const cut of [undefined, 0, start.top - 1])
      await expect(start.open(cut)).rejects.toThrow(/quantised .*rounded weights can’t learn/);
  });
});

describe('an encoder that a run made, in 8 bits', () => {
  it('still knows its phones exactly: a head may start from them', async () => {
    const architecture = {
      convWidths: [4, 4, 4, 4, 4, 4, 8],
      dims: 64,
      blocks: 1,
      heads: 2,
      feedForward: 64,
      positionKernel: 3,
      positionGroups: 4,
    };
    const phones = { layer: 1, tokens: Array.from({ length: 90 }, (_, i) => `p${i}`), spelling: {} };
    const network = new Network(false);
    const { hidden } = buildEncoder(network, architecture);
    appendPhones(network, hidden[1]!, phones);
    const bytes = encodeEncoder(network.initialise(new Random('phones')), architecture, { phones });
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'quantised-')), 'encoder.onnx');
    await writeFile(file, bytes);
    const rounded = await readSource(await findEncoder({ model: file, dtype: 'q8' }));
    expect([hasQuantised(bytes), hasQuantised(rounded)]).toEqual([false, true]);
    expect(readPhones(rounded)).toEqual(phones);
    expect(readWeights(rounded).get('phones.out.weight')).toEqual(readWeights(bytes).get('phones.out.weight'));
    // Once is enough.
    expect(inEightBits('again', rounded)).toBe(rounded);
  });

  it('is not made of what others exported, nor in other dtypes', async () => {
    await expect(findEncoder({ model: 'embedded', dtype: 'q8' }).then(readSource)).resolves.toSatisfy(hasQuantised);
    await expect(
      findEncoder({ model: fixture('wav2vec2-legacy14.onnx'), dtype: 'q8' }).then(readSource),
    ).rejects.toThrow(/not written by isogloss/);
    await expect(findEncoder({ model: 'embedded', dtype: 'q4' })).rejects.toThrow(/no q4 to choose/);
    expect(hasQuantised(await readEncoder('embedded'))).toBe(false);
  });
});
