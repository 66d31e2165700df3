import * as ort from '../../../src/onnx/runtime/ort.ts';
import { describe, expect, it } from 'vitest';
import { findHiddenLayers } from '../../../src/encoder/exported/hidden-layers.ts';
import { readArchitecture, readEncoder } from '../../../src/encoder/own/encoder.ts';
import { exposeLayer, lowerPart } from '../../../src/encoder/exported/split.ts';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { importModel } from '../../../src/onnx/file/import.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { exported, goldenOf, modelBytes, relativeError } from '../exported.ts';

describe('hidden layers, found by what the graph computes', () => {
  for (const name of exported) {
    it(`${name}: each is what PyTorch calls so`, async () => {
      const bytes = modelBytes(name);
      const golden = goldenOf(name);
      const { layers, audio, mask } = findHiddenLayers(importModel(bytes));
      expect(layers).toHaveLength(4);
      expect({ audio, mask }).toEqual({
        audio: 'input_values',
        mask: golden.has('attention_mask') ? 'attention_mask' : undefined,
      });
      const session = await ort.InferenceSession.create(layers.reduce(exposeLayer, bytes), {
        logSeverityLevel: 4,
        intraOpNumThreads: 1,
      });
      const results = await session.run(feedsOf(name), layers);
      for (const [i, layer] of layers.entries()) {
        const { dims, data } = golden.get(`hidden.${i}`)!;
        expect(results[layer]!.dims).toEqual(dims);
        const present = golden.get('mask')!.data;
        const error = relativeError(
          results[layer]!.data as Float32Array,
          data,
          (k) => present[Math.floor(k / dims[2]!)] === 1,
        );
        expect(error).toBeLessThan(1e-4);
      }
      await session.release();
    });
  }

  it('in our own encoders, which give them as outputs already', async () => {
    for (const name of ['embedded', 'embedded-small']) {
      const bytes = await readEncoder(name);
      const { blocks } = readArchitecture(name, bytes);
      const { layers, audio, mask } = findHiddenLayers(importModel(bytes));
      expect({ audio, mask, count: layers.length }).toEqual({ audio: 'audio', mask: 'mask', count: blocks + 1 });
      expect(layers.at(-1)).toBe(`hidden.${blocks}`);
    }
  });

  it('are not looked for in what is no transformer', () => {
    const g = new Graph();
    const y = g.node('Relu', [g.input('x', ['batch', 'samples'])]);
    expect(() => findHiddenLayers(importModel(encodeModel(g, { outputs: [y] })))).toThrow(/no transformer encoder/);
    expect(() => importModel(Uint8Array.of(1, 2, 3))).toThrow(/not an ONNX model/);
  });
});

describe('an encoder cut in bytes', () => {
  it('exposes a layer by 13 bytes and its name, or none where it is an output already', () => {
    const bytes = modelBytes('wav2vec2-dynamo18');
    expect(exposeLayer(bytes, 'layer_norm_3').length - bytes.length).toBeLessThanOrEqual(13 + 'layer_norm_3'.length);
    expect(exposeLayer(bytes, 'output')).toBe(bytes);
  });

  it('leaves the layers above to be dropped, with the same result below', async () => {
    const bytes = modelBytes('wav2vec2-stable-legacy17');
    const [, first] = findHiddenLayers(importModel(bytes)).layers;
    const lower = await ort.InferenceSession.create(lowerPart(bytes, first!), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    expect(lower.outputNames).toEqual([first]);
    const whole = await ort.InferenceSession.create(exposeLayer(bytes, first!), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    const feeds = feedsOf('wav2vec2-stable-legacy17');
    const [a, b] = [await lower.run(feeds), await whole.run(feeds)];
    expect(relativeError(a[first!]!.data as Float32Array, b[first!]!.data as Float32Array)).toBeLessThan(1e-6);
    await Promise.all([lower.release(), whole.release()]);
  });
});

function feedsOf(name: (typeof exported)[number]): Record<string, ort.Tensor> {
  const golden = goldenOf(name);
  const audio = golden.get('audio')!;
  const mask = golden.get('attention_mask');
  return {
    input_values: new ort.Tensor('float32', audio.data, audio.dims),
    ...(mask ? { attention_mask: new ort.Tensor('int64', BigInt64Array.from(mask.data, BigInt), mask.dims) } : {}),
  };
}
