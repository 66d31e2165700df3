import path from 'node:path';
import { parseArgs } from 'node:util';
import { frameMask } from '../src/audio/standardise.ts';
import { ctcLoss } from '../src/ctc/loss.ts';
import { encodeCheckpoint } from '../src/encoder/checkpoint/checkpoint.ts';
import { openWhole, openUpper } from '../src/encoder/exported/split.ts';
import { openEncoder } from '../src/encoder/open.ts';
import { frameCount, paddedSamples } from '../src/encoder/own/architecture.ts';
import { loadEncoder } from '../src/encoder/own/encoder.ts';
import { exportedLayers, exportedWhole, ownLayers, type LayerBuilder } from '../src/encoder/own/layer-builder.ts';
import { readWeights } from '../src/encoder/own/weights.ts';
import type { HeadSettings } from '../src/head/head.ts';
import type { Precision } from '../src/onnx/graph/half-precision.ts';
import type { Device } from '../src/onnx/runtime/device.ts';
import { onMachine } from '../src/onnx/runtime/machine.ts';
import { floatData, floats } from '../src/onnx/runtime/session.ts';
import { adamWDefaults } from '../src/onnx/training/adamw.ts';
import { recomputedOn } from '../src/onnx/training/compile.ts';
import { Engine, type Feeds } from '../src/onnx/training/engine.ts';
import type { TrainablePart } from '../src/recipe/trainable-part.ts';
import { Random } from '../src/support/random.ts';
import { symbolSizes } from '../src/train/memory.ts';
import { buildTrainable, cachedLayers, cutOf, type Shape } from '../src/train/trainable.ts';

/*
 * One measurement of bench/device.ts, in a process of its own so that its memory can be told from others':
 * a line of JSON, { milliseconds, numbers } with the milliseconds of each run and the first of the features or of all gradients.
 */

const [TOKENS, LABELS_A_SECOND] = [40, 8];

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    precision: { type: 'string', default: 'float32' },
    /** `embedded`, or the file of a checkpoint's weights. */
    encoder: { type: 'string', default: 'embedded' },
    /** features, head, a number of blocks at the top, or all. */
    what: { type: 'string', default: 'features' },
    rows: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    runs: { type: 'string', default: '3' },
    /** Numbers to give of the result. */
    numbers: { type: 'string', default: '0' },
    recompute: { type: 'boolean', default: false },
  },
});
const [rows, seconds, runs, wanted] = [flags.rows, flags.seconds, flags.runs, flags.numbers].map(Number) as [
  number,
  number,
  number,
  number,
];
const device = flags.device as Device;
const precision = flags.precision as Precision;
const checkpoint = flags.encoder === 'embedded' ? undefined : flags.encoder;

const milliseconds: number[] = [];
const numbers = await onMachine({ device }, flags.what === 'features' ? features : training);
console.log(JSON.stringify({ milliseconds, numbers: Array.from(numbers) }));

async function timed<T>(work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  for (let i = 0; i <= runs; i++) {
    const startedAt = performance.now();
    result = await work();
    // The first plans and compiles.
    if (i > 0) milliseconds.push(performance.now() - startedAt);
    if (process.env.DEVICE_TIMES)
      console.error(`${flags.what} run ${i}: ${(performance.now() - startedAt).toFixed(0)} ms`);
  }
  return result!;
}

async function features(): Promise<Float32Array> {
  const encoder = checkpoint
    ? await openEncoder('made', await encodeCheckpoint(checkpoint, undefined, precision), {
        folder: path.dirname(checkpoint),
      })
    : await loadEncoder('embedded');
  const random = new Random('sound');
  const sound = Array.from({ length: rows }, () => noise(random, seconds * 16000));
  const { layers } = await timed(() => encoder.run(sound, [encoder.layerCount - 1]));
  await encoder.release();
  return layers[0]!.subarray(0, wanted);
}

/** Steps without dropout: what is random would not be the same. */
async function training(): Promise<Float32Array> {
  const trainable = (/^\d+$/.test(flags.what) ? { top: Number(flags.what) } : flags.what) as TrainablePart;
  const encoder = await layersFor(trainable);
  const shape: Shape = {
    encoder,
    head: { kind: 'linear', dims: 256, blocks: 1, context: 0, dropout: 0 } as HeadSettings,
    layers: [encoder.top],
    tokens: TOKENS,
    adapters: trainable === 'adapters' ? { lowRank: { rank: 8, scale: 16, on: () => true } } : {},
    freeze: 'feature-encoder',
  };
  const { network, logits } = buildTrainable(shape, trainable, encoder.weights, false);
  const random = new Random('training');
  const weights = network.initialise(random);
  for (const [name, data] of encoder.weights) if (weights.has(name)) weights.set(name, data);
  const engine = await Engine.compile(network, logits, adamWDefaults, weights, {
    recompute: recomputedOn(device, flags.recompute),
    precision,
    sizes: symbolSizes,
  });
  const frames = frameCount(seconds * 16000);
  const inputs = inputsOf(shape, trainable, frames, random);
  const targets = Array.from({ length: rows }, () =>
    Int32Array.from({ length: seconds * LABELS_A_SECOND }, () => 1 + random.int(TOKENS - 1)),
  );
  let gradients: Float32Array | undefined;
  const step = async (): Promise<void> => {
    const started = performance.now();
    const output = await engine.forward(inputs);
    const there = performance.now();
    const gradient = new Float32Array(rows * frames * TOKENS);
    ctcLoss(
      floatData(output),
      { batch: rows, frames, tokens: TOKENS },
      new Int32Array(rows).fill(frames),
      targets,
      0,
      gradient,
    );
    // Of the loss a token, as in training.
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows * seconds * LABELS_A_SECOND;
    const between = performance.now();
    const norm = await engine.backward(floats(gradient, output.dims), 1e-5);
    if (process.env.DEVICE_TIMES)
      console.error(
        `  forward ${(there - started).toFixed(0)}, CTC ${(between - there).toFixed(0)}, backward and move ${(performance.now() - between).toFixed(0)} ms`,
      );
    // The first step's mean is the gradient itself, but for a factor. In float16 the first may have to be left out.
    if (Number.isFinite(norm)) gradients ??= some(engine.moments.mean);
  };
  await timed(step);
  for (let i = 0; i < 20 && !gradients; i++) await step();
  await engine.release();
  return gradients!;
}

async function layersFor(trainable: TrainablePart): Promise<LayerBuilder> {
  if (!checkpoint) {
    const encoder = await loadEncoder('embedded');
    await encoder.release();
    return ownLayers(encoder.architecture, readWeights(encoder.bytes));
  }
  const bytes = await encodeCheckpoint(checkpoint);
  const folder = path.dirname(checkpoint);
  if (trainable === 'all') return exportedWhole(await openWhole(bytes, { folder }));
  const probe = await openEncoder('made', bytes, { folder });
  const [dims, top] = [probe.dims, probe.layerCount - 1];
  await probe.release();
  const none: LayerBuilder = {
    dims,
    top,
    weights: new Map(),
    upper: () => [],
    layerOf: () => 0,
    isConvolution: () => false,
  };
  return trainable === 'head'
    ? none
    : exportedLayers(await openUpper(bytes, cutOf({ encoder: none }, trainable), { folder }));
}

function inputsOf(shape: Shape, trainable: TrainablePart, frames: number, random: Random): Feeds {
  const mask = floats(frameMask(new Int32Array(rows).fill(frames), frames), [rows, frames]);
  const layers = cachedLayers(shape, trainable);
  const dims = layers ? [rows, frames, layers.length * shape.encoder.dims] : [rows, paddedSamples(frames)];
  return {
    [layers ? 'features' : 'audio']: floats(
      noise(
        random,
        dims.reduce((a, d) => a * d, 1),
      ),
      dims,
    ),
    mask,
  };
}

function noise(random: Random, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => random.normal());
}

/** So many numbers, spread over all gradients. */
function some(gradients: ReadonlyMap<string, Float32Array>): Float32Array {
  const each = Math.ceil(wanted / gradients.size);
  return Float32Array.from([...gradients.values()].flatMap((data) => Array.from(data.subarray(0, each))));
}
