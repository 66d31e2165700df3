import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ort from '../../../src/onnx/runtime/ort.ts';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../src/encoder/checkpoint/checkpoint.ts';
import { findHiddenLayers } from '../../../src/encoder/exported/hidden-layers.ts';
import { openEncoder } from '../../../src/encoder/open.ts';
import { openUpper, openWhole, type Upper, type Whole } from '../../../src/encoder/exported/split.ts';
import { differentiate } from '../../../src/onnx/autodiff/differentiate.ts';
import type { Value } from '../../../src/onnx/graph/graph.ts';
import { importModel } from '../../../src/onnx/file/import.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { addOutputs } from '../../../src/onnx/file/outputs.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../../src/onnx/runtime/session.ts';
import { relativeError, type Golden } from '../exported.ts';
import { checkpointFile, checkpointGolden } from './checkpoints.ts';

/** Those that hear the sound itself, and so learn. */
const HEARING = [
  'wav2vec2',
  'xls-r',
  'hubert',
  'hubert-large',
  'wavlm',
  'wavlm-large',
  'data2vec-audio',
  'unispeech-sat',
  'unispeech-sat-large',
  'conformer-relative',
  'conformer-rotary',
] as const;
const ALL = [...HEARING, 'wav2vec2-bert'] as const;
/** The same weights as people find them. */
const FORMATS = [
  'pytorch_model.bin',
  'model.safetensors.index.json',
  'fp16.safetensors',
  'bf16.safetensors',
  'fp16.bin',
];

async function open(name: string, file = 'model.safetensors'): Promise<{ bytes: Uint8Array; folder: string }> {
  const place = checkpointFile(name, file);
  return { bytes: await encodeCheckpoint(place), folder: path.dirname(place) };
}

/** All hidden layers, of what PyTorch was given. */
async function hiddenLayers(name: string, file?: string): Promise<Float32Array[]> {
  const { bytes, folder } = await open(name, file);
  const { audio, mask, layers } = findHiddenLayers(importModel(bytes, folder));
  const golden = checkpointGolden(name);
  const [sound, present] = [golden.get('audio')!, golden.get('attention_mask')];
  const session = await openSession(addOutputs(bytes, layers), { folder, threads: 1 });
  const feeds = { [audio]: floats(sound.data, sound.dims), ...(mask ? { [mask]: maskTensor(present!) } : {}) };
  const results = await session.run(feeds);
  await session.release();
  return layers.map((layer) => floatData(results[layer]!));
}

const maskTensor = ({ data, dims }: Golden): ort.Tensor =>
  new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);

/** Frames of padding hold nothing that counts. */
function onSound(name: string): (i: number) => boolean {
  const golden = checkpointGolden(name);
  const [mask, dims] = [golden.get('mask')!, golden.get('hidden.0')!.dims[2]!];
  return (i) => mask.data[Math.floor(i / dims)] === 1;
}

describe('an encoder opened from its PyTorch weights', () => {
  it.each(ALL)('%s: gives the hidden layers that PyTorch gave', async (name) => {
    const golden = checkpointGolden(name);
    const layers = await hiddenLayers(name);
    expect(layers).toHaveLength(4);
    layers.forEach((layer, i) =>
      expect(relativeError(layer, golden.get(`hidden.${i}`)!.data, onSound(name)), `layer ${i}`).toBeLessThan(1e-5),
    );
  });

  it.each([
    ['its own window of 30 s', 'whisper-full', 30],
    ['a window as long as the recording', 'whisper-cut', 0],
    ['two seconds of silence behind it', 'whisper-two', 2],
  ])('is Whisper’s encoder, too, from the sound, in half precision: %s', async (_, golden, silence) => {
    const bytes = await encodeCheckpoint(checkpointFile('whisper', 'model.safetensors'), { silence });
    const preprocessor = { feature_extractor_type: 'WhisperFeatureExtractor' };
    const encoder = await openEncoder('whisper', bytes, {
      folder: path.dirname(checkpointFile('whisper', 'model.safetensors')),
      preprocessor,
    });
    const tensors = checkpointGolden('whisper');
    const { layers } = await encoder.run([tensors.get('audio')!.data], [0, 1, 2, 3]);
    await encoder.release();
    layers.forEach((layer, i) =>
      expect(relativeError(layer, tensors.get(`${golden}.${i}`)!.data), `layer ${i}`).toBeLessThan(2e-3),
    );
  });

  it.each(FORMATS)('gives the same layers from %s', async (file) => {
    const golden = checkpointGolden('wav2vec2');
    const layers = await hiddenLayers('wav2vec2', file);
    layers.forEach((layer, i) =>
      expect(relativeError(layer, golden.get(`hidden.${i}`)!.data), `layer ${i}`).toBeLessThan(1e-5),
    );
  });

  it.each(HEARING)('%s: has the gradients of PyTorch’s autograd by every weight, from the sound up', async (name) => {
    const golden = checkpointGolden(name);
    const { bytes, folder } = await open(name);
    const whole = await openWhole(bytes, { folder });
    const gradients = await gradientsOf(
      whole,
      golden,
      (network, mask) => {
        const audio = network.graph.input('x', ['batch', 'samples']);
        return whole.build(network, audio, mask).at(-1)!;
      },
      golden.get('audio')!,
    );
    compareGradients(gradients, golden, (parameter) => whole.layerOf(parameter) >= 0);
    expect([...whole.weights.keys()].filter((parameter) => whole.isConvolution(parameter)).length).toBeGreaterThan(6);
  });

  it.each(ALL)('%s: has them above a cut, too, and reads no weights below it', async (name) => {
    const golden = checkpointGolden(name);
    const { bytes, folder } = await open(name);
    const upper = await openUpper(bytes, 1, { folder });
    expect([...upper.weights.keys()].filter((parameter) => /layers\.0\.|feature_|pos_conv/.test(parameter))).toEqual(
      [],
    );
    const gradients = await gradientsOf(
      upper,
      golden,
      (network, mask) => {
        const hidden = network.graph.input('x', ['batch', 'frames', upper.dims]);
        return upper.build(network, hidden, mask).at(-1)!;
      },
      golden.get('hidden.1')!,
    );
    expect(relativeError(gradients.get('x')!, golden.get('hidden.1.gradient')!.data)).toBeLessThan(1e-4);
    compareGradients(gradients, golden, (parameter) => upper.layerOf(parameter) > 1);
  });
});

describe('an adapter between encoder and head', () => {
  /** Frames that stand for several: the first of them. */
  const firstOf = (frames: number, every: number): number[] =>
    Array.from({ length: Math.ceil(frames / every) }, (_, i) => i * every);

  it.each([
    ['ctc-shortened', 4],
    ['ctc-bert-shortened', 2],
  ])('%s: a frame for %d, in the encoder’s frames', async (name, every) => {
    const golden = checkpointGolden(name);
    const layers = await hiddenLayers(name);
    expect(layers).toHaveLength(5);
    const [last, theirs] = [golden.get('last')!, golden.get('adapted')!];
    const [batch, frames, dims] = last.dims as [number, number, number];
    const sound = golden.get('mask')!.data;
    expect(relativeError(layers[3]!, last.data, (i) => sound[Math.floor(i / dims)] === 1)).toBeLessThan(1e-5);
    const present = golden.get('present')!.data;
    for (let row = 0; row < batch; row++)
      firstOf(frames, every).forEach((first, place) => {
        const at = row * theirs.dims[1]! + place;
        if (present[at] !== 1) return;
        const expected = theirs.data.subarray(at * dims, (at + 1) * dims);
        for (let frame = first; frame < Math.min(first + every, frames); frame++)
          expect(relativeError(vectorAt(layers[4]!, row * frames + frame, dims), expected)).toBeLessThan(1e-5);
      });
  });

  it.each([
    ['ctc-shortened', 4],
    ['ctc-bert-shortened', 2],
  ])('%s: learns above a cut', async (name, every) => {
    const golden = checkpointGolden(name);
    const { bytes, folder } = await open(name);
    const upper = await openUpper(bytes, 3, { folder });
    const gradients = await gradientsOf(
      upper,
      new Map([...golden, ['direction', spread(golden.get('direction')!, golden.get('last')!.dims, every)]]),
      (network, mask) => {
        const hidden = network.graph.input('x', ['batch', 'frames', upper.dims]);
        return upper.build(network, hidden, mask).at(-1)!;
      },
      golden.get('last')!,
    );
    compareGradients(gradients, golden, (parameter) => upper.layerOf(parameter) > 3, 3);
  });

  it('ctc-shortened: has the gradients of PyTorch’s autograd by every weight', async () => {
    const golden = checkpointGolden('ctc-shortened');
    const { bytes, folder } = await open('ctc-shortened');
    const whole = await openWhole(bytes, { folder });
    const gradients = await gradientsOf(
      whole,
      new Map([...golden, ['direction', spread(golden.get('direction')!, golden.get('last')!.dims, 4)]]),
      (network, mask) => whole.build(network, network.graph.input('x', ['batch', 'samples']), mask).at(-1)!,
      golden.get('audio')!,
    );
    expect([...gradients.keys()].filter((name) => name.includes('adapter.'))).toHaveLength(4);
    compareGradients(gradients, golden, (parameter) => whole.layerOf(parameter) >= 0);
  });

  it('is refused where it has a form that isogloss hasn’t', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'adapter-'));
    const config = JSON.parse(await readFile(checkpointFile('ctc-shortened', 'config.json'), 'utf8')) as object;
    await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, adapter_stride: 3 }));
    await copyFile(checkpointFile('ctc-shortened', 'model.safetensors'), path.join(folder, 'model.safetensors'));
    await expect(encodeCheckpoint(path.join(folder, 'model.safetensors'))).rejects.toThrow(
      'has a kernel of 3, a stride of 3 and 16 dims',
    );
    await rm(folder, { recursive: true });
  });
});

const vectorAt = (data: Float32Array, place: number, dims: number): Float32Array =>
  data.subarray(place * dims, (place + 1) * dims);

/** What is said of each `every`-th frame, with zeros for those between. */
function spread({ data }: Golden, dims: number[], every: number): Golden {
  const [batch, frames, width] = dims as [number, number, number];
  const wide = new Float32Array(batch * frames * width);
  const fewer = Math.ceil(frames / every);
  for (let row = 0; row < batch; row++)
    for (let place = 0; place < fewer; place++)
      wide.set(vectorAt(data, row * fewer + place, width), (row * frames + place * every) * width);
  return { data: wide, dims };
}

/** dΣ(last hidden layer · direction) by the input `x` and by every parameter. */
async function gradientsOf(
  encoder: Pick<Upper | Whole, 'weights'>,
  golden: Map<string, Golden>,
  build: (network: Network, mask: Value) => Value,
  x: Golden,
): Promise<Map<string, Float32Array>> {
  const network = new Network(false);
  const { graph } = network;
  const output = build(network, graph.input('mask', ['batch', 'frames']));
  const seed = graph.input('seed', output.dims);
  const by = [
    ...graph.inputs.filter((input) => input.name === 'x' && input.dims.length === 3),
    ...graph.parameters.values(),
  ];
  const gradients = differentiate(graph, output, seed, by);
  const session = await ort.InferenceSession.create(
    encodeModel(graph, { weights: encoder.weights, outputs: [...gradients.values()] }),
    { logSeverityLevel: 3, intraOpNumThreads: 1 },
  );
  const [direction, present] = [golden.get('direction')!, golden.get('mask')!];
  const results = await session.run({
    x: floats(x.data, x.dims),
    mask: floats(present.data, present.dims),
    seed: floats(direction.data, direction.dims),
  });
  await session.release();
  return new Map([...gradients].map(([name, value]) => [name, floatData(results[value.name]!)]));
}

/** Parameters have PyTorch's own names, whatever a checkpoint puts before them. */
function compareGradients(
  gradients: Map<string, Float32Array>,
  golden: Map<string, Golden>,
  wanted: (parameter: string) => boolean,
  least = 30,
): void {
  const ours = [...gradients].filter(([parameter]) => parameter !== 'x' && wanted(parameter));
  const size = Math.max(...ours.map(([parameter]) => Math.hypot(...goldenOf(golden, parameter))));
  expect(ours.length).toBeGreaterThan(least);
  for (const [parameter, gradient] of ours) {
    const theirs = goldenOf(golden, parameter);
    const error = Math.hypot(...gradient.map((x, i) => x - theirs[i]!));
    expect(error / Math.max(Math.hypot(...theirs), 1e-3 * size), parameter).toBeLessThan(1e-4);
  }
}

function goldenOf(golden: Map<string, Golden>, parameter: string): Float32Array {
  const name = parameter
    .replace(/^encoder\./, '')
    .replace('weight_g', 'parametrizations.weight.original0')
    .replace('weight_v', 'parametrizations.weight.original1');
  return golden.get(`gradient.${name}`)!.data;
}
