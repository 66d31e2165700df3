import { describe, expect, it } from 'vitest';
import { frameMask, standardise } from '../../src/audio/standardise.ts';
import { frameCount, paddedSamples } from '../../src/encoder/own/architecture.ts';
import { AdaptedEncoder, buildAdapted } from '../../src/encoder/adapted.ts';
import { openEncoder } from '../../src/encoder/open.ts';
import { openUpper, openWhole } from '../../src/encoder/exported/split.ts';
import { adapterOptions } from '../../src/model/adapters.ts';
import { differentiate } from '../../src/onnx/autodiff/differentiate.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { encodeModel } from '../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../src/onnx/runtime/session.ts';
import { Random } from '../../src/support/random.ts';
import { exported, modelBytes, relativeError } from './exported.ts';

const FRAMES = 21;
const noise = (name: string, length = paddedSamples(FRAMES)): Float32Array => {
  const random = new Random(name);
  const sound = Float32Array.from({ length }, () => random.normal());
  const standard = new Float32Array(length);
  standardise(sound, standard);
  return standard;
};

describe.each(exported)('%s, opened from the sound up', (name) => {
  it('gives the hidden layers that the file gives', async () => {
    const whole = await openWhole(modelBytes(name));
    const network = new Network(false);
    const [audio, mask] = [
      network.graph.input('audio', ['batch', 'samples']),
      network.graph.input('mask', ['batch', 'frames']),
    ];
    const outputs = whole.build(network, audio, mask);
    const session = await openSession(encodeModel(network.graph, { weights: whole.weights, outputs }), { threads: 1 });
    const sound = noise(name);
    const results = await session.run({
      audio: floats(sound, [1, sound.length]),
      mask: floats(frameMask(Int32Array.of(FRAMES), FRAMES), [1, FRAMES]),
    });
    const encoder = await openEncoder(name, modelBytes(name), { threads: 1 });
    const { layers } = await encoder.run([sound], [0, 1, 2, 3]);
    outputs.forEach((value, i) =>
      expect(relativeError(floatData(results[value.name]!), layers[i]!)).toBeLessThan(1e-4),
    );
    await Promise.all([session.release(), encoder.release()]);
  });

  it('has gradients for every weight, as finite differences tell along a direction', async () => {
    const whole = await openWhole(modelBytes(name));
    const network = new Network(false);
    const { graph } = network;
    const [audio, mask] = [graph.input('audio', ['batch', 'samples']), graph.input('mask', ['batch', 'frames'])];
    const output = whole.build(network, audio, mask).at(-1)!;
    const inputs = [...graph.inputs, ...graph.parameters.values()];
    const forward = await openSession(encodeModel(graph, { inputs, outputs: [output], double: false }), { threads: 1 });
    const seed = graph.input('seed', output.dims);
    const gradients = differentiate(graph, output, seed, graph.parameters.values());
    expect([...gradients.keys()].filter((key) => whole.isConvolution(key)).length).toBeGreaterThan(6);
    const backward = await openSession(
      encodeModel(graph, { inputs: [...inputs, seed], outputs: [...new Set(gradients.values())] }),
      { threads: 1 },
    );
    const random = new Random(`${name} gradients`);
    const sound = noise(name);
    const feeds = {
      audio: floats(sound, [1, sound.length]),
      mask: floats(new Float32Array(FRAMES).fill(1), [1, FRAMES]),
    };
    const step = new Map([...gradients.keys()].map((key) => [key, whole.weights.get(key)!.map(() => random.normal())]));
    const weighed = (by: number) =>
      Object.fromEntries(
        [...graph.parameters].map(([key, value]) => [
          key,
          floats(
            whole.weights.get(key)!.map((w, i) => w + by * (step.get(key)?.[i] ?? 0)),
            value.dims as number[],
          ),
        ]),
      );
    const direction = Float32Array.from({ length: FRAMES * whole.dims }, () => random.normal());
    const loss = async (by: number): Promise<number> => {
      const results = await forward.run({ ...feeds, ...weighed(by) });
      return floatData(results[output.name]!).reduce((sum, y, i) => sum + y * direction[i]!, 0);
    };
    const results = await backward.run({ ...feeds, ...weighed(0), seed: floats(direction, [1, FRAMES, whole.dims]) });
    const along = [...gradients].reduce(
      (sum, [key, value]) => sum + floatData(results[value.name]!).reduce((a, g, i) => a + g * step.get(key)![i]!, 0),
      0,
    );
    const size = Math.hypot(
      ...[...gradients].map(([key, value]) =>
        Math.hypot(...floatData(results[value.name]!).map((g, i) => g * step.get(key)![i]!)),
      ),
    );
    const h = 2e-4;
    expect(Math.abs(((await loss(h)) - (await loss(-h))) / (2 * h) - along)).toBeLessThan(0.02 * size);
    await Promise.all([forward.release(), backward.release()]);
  });
});

describe.each(['residual', 'low-rank'] as const)('%s adapters on an encoder that others exported', (kind) => {
  it.each(['wav2vec2-ctc-legacy17', 'wavlm-legacy17', 'wav2vec2-stable-dynamo20'] as const)(
    '%s: change nothing before they have learnt, and every block after',
    async (name) => {
      const options = adapterOptions({ kind, dims: 4, scale: 8 });
      const network = new Network(false, options);
      const upper = await openUpper(modelBytes(name), 0);
      buildAdapted(network, upper);
      const random = new Random(name);
      const fresh = new Map([...network.initialise(random)].filter(([key]) => !upper.weights.has(key)));
      expect(
        new Set([...fresh.keys()].map((key) => (kind === 'residual' ? key.split('.')[1] : key.split('.').at(-1)))),
      ).toEqual(new Set(kind === 'residual' ? ['0', '1', '2'] : ['lora_a', 'lora_b']));
      // Query, key, value, out and two of feed-forward in each of three blocks; WavLM's gates besides.
      if (kind === 'low-rank') expect(fresh.size / 2).toBeGreaterThanOrEqual(18);
      const moved = new Map([...fresh].map(([key, data]) => [key, data.map((w) => w + 0.3 * random.normal())]));
      const [plain, untaught, taught] = [
        await openEncoder(name, modelBytes(name)),
        await AdaptedEncoder.open(name, modelBytes(name), options, fresh),
        await AdaptedEncoder.open(name, modelBytes(name), options, moved),
      ];
      const recordings = [noise(name, 9000), noise(`${name} 2`, 6000)];
      const [a, b, c] = [
        await plain.run(recordings, [0, 1, 2, 3]),
        await untaught.run(recordings, [0, 1, 2, 3]),
        await taught.run(recordings, [0, 1, 2, 3]),
      ];
      const there = (i: number): boolean =>
        Math.floor(i / plain.dims) % a.frames < frameCount(i < a.frames * plain.dims ? 9000 : 6000);
      b.layers.forEach((layer, i) => expect(relativeError(layer, a.layers[i]!, there)).toBeLessThan(1e-4));
      expect(c.layers[0]).toEqual(a.layers[0]);
      for (const i of [1, 2, 3]) expect(relativeError(c.layers[i]!, a.layers[i]!, there)).toBeGreaterThan(1e-2);
      await Promise.all([plain.release(), untaught.release(), taught.release()]);
    },
  );
});
