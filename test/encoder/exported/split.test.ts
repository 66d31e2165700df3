import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import * as ort from '../../../src/onnx/runtime/ort.ts';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEncoder, readEncoder } from '../../../src/encoder/own/encoder.ts';
import { openUpper, type Upper } from '../../../src/encoder/exported/split.ts';
import { differentiate } from '../../../src/onnx/autodiff/differentiate.ts';
import { Engine } from '../../../src/onnx/training/engine.ts';
import type { Value } from '../../../src/onnx/graph/graph.ts';
import { linear } from '../../../src/onnx/graph/layers.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { floatData, floats } from '../../../src/onnx/runtime/session.ts';
import { adamWDefaults } from '../../../src/onnx/training/adamw.ts';
import { Random } from '../../../src/support/random.ts';
import { exported, goldenOf, modelBytes, relativeError, type Golden } from '../exported.ts';

/** Runs the layers above a cut. */
async function runUpper(upper: Upper, hidden: Golden, mask?: Golden): Promise<Float32Array[]> {
  const network = new Network(false);
  const x = network.graph.input('x', ['batch', 'frames', upper.dims]);
  const m = mask && network.graph.input('mask', ['batch', 'frames']);
  const outputs = upper.build(network, x, m);
  const session = await ort.InferenceSession.create(encodeModel(network.graph, { weights: upper.weights, outputs }), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  const results = await session.run({
    x: floats(hidden.data, hidden.dims),
    ...(mask ? { mask: floats(mask.data, mask.dims) } : {}),
  });
  await session.release();
  return outputs.map((value) => floatData(results[value.name]!));
}

const soundOnly =
  (mask: Golden, dims: number) =>
  (i: number): boolean =>
    mask.data[Math.floor(i / dims)] === 1;

describe('the layers above a cut', () => {
  for (const name of exported) {
    it(`${name}: give the hidden layers that PyTorch gave, from any cut`, async () => {
      const golden = goldenOf(name);
      const mask = golden.get('mask')!;
      for (const cut of [0, 1, 2]) {
        const upper = await openUpper(modelBytes(name), cut);
        const layers = await runUpper(upper, golden.get(`hidden.${cut}`)!, mask);
        expect(layers).toHaveLength(3 - cut);
        layers.forEach((layer, i) =>
          expect(
            relativeError(layer, golden.get(`hidden.${cut + 1 + i}`)!.data, soundOnly(mask, upper.dims)),
          ).toBeLessThan(1e-4),
        );
        expect(new Set([...upper.weights.keys()].map((parameter) => upper.layerOf(parameter)))).toEqual(
          new Set([1, 2, 3].slice(cut)),
        );
      }
    });

    it(`${name}: have the gradients that PyTorch's autograd gave, by what enters and by every weight of a layer`, async () => {
      const golden = goldenOf(name);
      const upper = await openUpper(modelBytes(name), 1);
      const gradients = await gradientsOf(upper, golden);
      expect(relativeError(gradients.get('x')!, golden.get('hidden.1.gradient')!.data)).toBeLessThan(1e-4);
      const expected = [...golden].filter(([key]) => key.includes('encoder.layers.1.'));
      expect(expected.length).toBeGreaterThanOrEqual(16);
      const wanted = expected.map(([key, { dims, data }]) => ({
        key,
        forms: dims.length === 2 ? [data, transposed(data, dims)] : [data],
      }));
      const got = [...gradients]
        .filter(([parameter]) => upper.layerOf(parameter) === 2)
        .map(([, gradient]) => gradient);
      const size = Math.max(...expected.map(([, { data }]) => Math.hypot(...data)));
      // Exporters rename and transpose weights: each of PyTorch's gradients must be among ours in one of two forms.
      for (const { key, forms } of wanted) {
        const errors = got.flatMap((ours) =>
          forms.map((form) =>
            ours.length === form.length ? distance(ours, form) / Math.max(Math.hypot(...form), 1e-3 * size) : Infinity,
          ),
        );
        expect(Math.min(...errors), key).toBeLessThan(1e-4);
      }
    });
  }

  it('are not reached by padding, whether the exporter put a mask in or not', async () => {
    for (const name of [
      'wav2vec2-legacy14',
      'wavlm-legacy17',
      'wav2vec2-dynamo18',
      'wav2vec2-stable-dynamo20',
    ] as const) {
      const upper = await openUpper(modelBytes(name), 0);
      const { dims, data } = goldenOf(name).get('hidden.0')!;
      const frames = dims[1]!;
      const mask = {
        dims: [2, frames],
        data: Float32Array.from({ length: 2 * frames }, (_, i) => (i < frames || i % frames < 7 ? 1 : 0)),
      };
      const noisy = data.map((x, i) => (soundOnly(mask, upper.dims)(i) ? x : 50 * Math.sin(i)));
      const [clean, disturbed] = [
        await runUpper(upper, { dims, data }, mask),
        await runUpper(upper, { dims, data: noisy }, mask),
      ];
      clean.forEach((layer, i) =>
        expect(relativeError(disturbed[i]!, layer, soundOnly(mask, upper.dims))).toBeLessThan(1e-6),
      );
      const alone = await runUpper(upper, {
        dims: [1, 7, upper.dims],
        data: noisy.slice(frames * upper.dims, (frames + 7) * upper.dims),
      });
      clean.forEach((layer, i) =>
        expect(relativeError(layer.slice(frames * upper.dims, (frames + 7) * upper.dims), alone[i]!)).toBeLessThan(
          2e-4,
        ),
      );
    }
  });

  it.each(['embedded', 'embedded-small'] as const)('of %s give its own hidden layers', async (name) => {
    const encoder = await loadEncoder(name, { threads: 1 });
    const top = encoder.layerCount - 1;
    const random = new Random('split');
    const recordings = [9000, 16000].map((length) => Float32Array.from({ length }, () => random.normal()));
    const { layers, frames, frameCounts } = await encoder.run(recordings, [top - 2, top - 1, top]);
    const mask = {
      dims: [2, frames],
      data: Float32Array.from({ length: 2 * frames }, (_, i) =>
        i % frames < frameCounts[Math.floor(i / frames)]! ? 1 : 0,
      ),
    };
    const upper = await openUpper(await readEncoder(name), top - 2);
    const above = await runUpper(upper, { dims: [2, frames, upper.dims], data: layers[0]! }, mask);
    expect(above).toHaveLength(2);
    above.forEach((layer, i) =>
      expect(relativeError(layer, layers[1 + i]!, soundOnly(mask, upper.dims))).toBeLessThan(1e-4),
    );
    expect([...upper.weights.keys()]).toContain(`encoder.blocks.${top - 1}.attention.query.weight`);
    expect(upper.layerOf(`encoder.blocks.${top - 1}.attention.query.weight`)).toBe(top);
    await encoder.release();
  });

  it('are opened too where the weights lie in a file beside the model', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'external-'));
    const model = fromBinary(ModelProtoSchema, modelBytes('wav2vec2-dynamo18'));
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    let offset = 0;
    const data = model
      .graph!.initializer.filter((tensor) => tensor.rawData.length >= 512)
      .map((tensor) => {
        const stored = tensor.rawData;
        tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor.externalData = [
          entry('location', 'weights.bin'),
          entry('offset', String(offset)),
          entry('length', String(stored.length)),
        ];
        tensor.rawData = new Uint8Array();
        offset += stored.length;
        return stored;
      });
    await writeFile(path.join(folder, 'weights.bin'), Buffer.concat(data));
    const [beside, within] = [
      await openUpper(toBinary(ModelProtoSchema, model), 1, { folder }),
      await openUpper(modelBytes('wav2vec2-dynamo18'), 1),
    ];
    expect(beside.weights).toEqual(within.weights);
  });

  it('refuse a cut that is none', async () => {
    await expect(openUpper(modelBytes('hubert-legacy14'), 3)).rejects.toThrow(/can't be cut at layer 3/);
  });
});

describe('training above the cut', () => {
  it('brings the loss down, step after step, with batches of several sizes', async () => {
    const upper = await openUpper(modelBytes('wav2vec2-dynamo18'), 1);
    const network = new Network(true);
    const { graph } = network;
    const features = graph.input('features', ['batch', 'frames', upper.dims]);
    const mask = graph.input('mask', ['batch', 'frames']);
    const logits = linear(network, upper.build(network, features, mask).at(-1)!, 'head.out', 4);
    const random = new Random(2);
    const weights = new Map(
      [...network.initialise(random), ...upper.weights].map(([name, data]) => [name, Float32Array.from(data)]),
    );
    const engine = await Engine.compile(network, logits, { ...adamWDefaults, weightDecay: 0 }, weights, { threads: 1 });
    const batches = [
      [2, 8],
      [3, 5],
    ].map(([batch, frames]) => ({
      features: floats(
        Float32Array.from({ length: batch! * frames! * upper.dims }, () => random.normal()),
        [batch!, frames!, upper.dims],
      ),
      mask: floats(new Float32Array(batch! * frames!).fill(1), [batch!, frames!]),
    }));
    // Half the squared distance from what the first feature says.
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      const batch = batches[step % 2]!;
      const output = await engine.forward(batch);
      const gradient = Float32Array.from(
        floatData(output),
        (y, i) => (y - floatData(batch.features)[Math.floor(i / 4) * upper.dims]!) / output.size,
      );
      losses.push(gradient.reduce((sum, d) => sum + (d * output.size) ** 2, 0) / output.size);
      expect(Number.isFinite(await engine.backward(floats(gradient, output.dims as number[]), 0.01))).toBe(true);
    }
    const first = losses[0]! + losses[1]!;
    expect(losses.at(-1)! + losses.at(-2)!).toBeLessThan(0.3 * first);
    for (const name of upper.weights.keys())
      expect(engine.weights.get(name), name).not.toEqual(upper.weights.get(name));
    await engine.release();
  });
});

/** dΣ(last hidden layer · direction) by x and by every weight. */
async function gradientsOf(upper: Upper, golden: Map<string, Golden>): Promise<Map<string, Float32Array>> {
  const network = new Network(false);
  const { graph } = network;
  const x = graph.input('x', ['batch', 'frames', upper.dims]);
  const mask = graph.input('mask', ['batch', 'frames']);
  const output = upper.build(network, x, mask).at(-1)!;
  const seed = graph.input('seed', output.dims);
  const gradients = differentiate(graph, output, seed, [x, ...graph.parameters.values()]);
  const outputs: Value[] = [...gradients.values()];
  const session = await ort.InferenceSession.create(encodeModel(graph, { weights: upper.weights, outputs }), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  const [at, direction, present] = [golden.get('hidden.1')!, golden.get('direction')!, golden.get('mask')!];
  const results = await session.run({
    x: floats(at.data, at.dims),
    mask: floats(present.data, present.dims),
    seed: floats(direction.data, direction.dims),
  });
  await session.release();
  return new Map([...gradients].map(([name, value]) => [name, floatData(results[value.name]!)]));
}

function transposed(data: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows!) * columns! + Math.floor(i / rows!)]!);
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((x, i) => x - b[i]!));
}
