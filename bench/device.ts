import { parseArgs } from 'node:util';
import { frameMask } from '../src/audio/standardise.ts';
import { ctcLoss } from '../src/ctc/loss.ts';
import { frameCount, paddedSamples } from '../src/encoder/own/architecture.ts';
import { loadEncoder } from '../src/encoder/own/encoder.ts';
import { ownLayers } from '../src/encoder/own/layer-builder.ts';
import { readWeights } from '../src/encoder/own/weights.ts';
import { adamWDefaults } from '../src/onnx/training/adamw.ts';
import { recomputedOn } from '../src/onnx/training/compile.ts';
import { Engine, type Feeds, type Weights } from '../src/onnx/training/engine.ts';
import { type Device } from '../src/onnx/runtime/device.ts';
import { chooseMachine, onMachine } from '../src/onnx/runtime/machine.ts';
import { floatData, floats } from '../src/onnx/runtime/session.ts';
import { Random } from '../src/support/random.ts';
import { relativeError } from '../src/support/relative-error.ts';
import { buildTrainable, cachedLayers, type Shape } from '../src/train/trainable.ts';
import { median } from './timing.ts';

/*
 * To be run once by whoever has a GPU: npm run bench:device -- --device cuda
 * The CPU beside a device: how fast features and training steps are on each, and whether they give the same numbers.
 */

/** The largest relative error, |a − b| / |b|, that counts as the same. */
const TOLERANCE = 1e-3;
const [TOKENS, LABELS_A_SECOND] = [40, 8];

interface Size {
  rows: number;
  /** Of each recording. */
  seconds: number;
  /** Timed after one that isn't. */
  runs: number;
}

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string' },
    rows: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    runs: { type: 'string', default: '5' },
  },
});
const size: Size = { rows: Number(flags.rows), seconds: Number(flags.seconds), runs: Number(flags.runs) };

const { device, fallback } = await chooseMachine({ device: flags.device as Device | undefined });
if (fallback !== undefined) console.log(`on the CPU: ${fallback}`);
console.log(`cpu against ${device}: batches of ${size.rows} × ${size.seconds} s, the median of ${size.runs} runs\n`);
const same = [
  await compareFeatures(device, size),
  await compareTraining(device, 'head', size),
  await compareTraining(device, 'all', size),
];
if (!same.every(Boolean)) {
  console.log(
    `\n${device} does not give what the CPU gives. On CUDA, TF32 is the usual reason: try again with NVIDIA_TF32_OVERRIDE=0.`,
  );
  process.exitCode = 1;
}

async function compareFeatures(device: Device, size: Size): Promise<boolean> {
  const [cpu, other] = [await featuresOn('cpu', size), await featuresOn(device, size)];
  return compare('features', size, cpu, other, { features: relativeError(other.result, cpu.result) });
}

async function compareTraining(device: Device, trainable: 'head' | 'all', size: Size): Promise<boolean> {
  const [cpu, other] = [await trainingOn('cpu', trainable, size), await trainingOn(device, trainable, size)];
  // AdamW's first step is about as long for a small gradient as for a large one: the gradients say more than the weights.
  const errors = {
    'weights after a step': relativeErrorOf(other.result.weights, cpu.result.weights),
    gradients: relativeErrorOf(other.result.gradients, cpu.result.gradients),
  };
  return compare(`training, ${trainable}`, size, cpu, other, errors);
}

interface Timed<T> {
  milliseconds: number;
  result: T;
}

function compare(
  what: string,
  { rows, seconds }: Size,
  cpu: Timed<unknown>,
  other: Timed<unknown>,
  errors: Record<string, number>,
): boolean {
  const rate = ({ milliseconds }: Timed<unknown>): string =>
    `${((rows * seconds * 1000) / milliseconds).toFixed(0).padStart(7)} s/s`;
  const same = Object.values(errors).every((error) => error <= TOLERANCE);
  const told = Object.entries(errors)
    .map(([name, error]) => `${name} ${error.toExponential(1)}`)
    .join(', ');
  console.log(
    `${what.padEnd(16)} cpu ${rate(cpu)}   ${device} ${rate(other)}   ratio ${(cpu.milliseconds / other.milliseconds).toFixed(2)}   ${same ? 'the same' : 'NOT the same'}: ${told}`,
  );
  return same;
}

function featuresOn(device: Device, size: Size): Promise<Timed<Float32Array>> {
  return onMachine({ device }, () => features(size));
}

async function features({ rows, seconds, runs }: Size): Promise<Timed<Float32Array>> {
  const encoder = await loadEncoder('embedded');
  const random = new Random('sound');
  const sound = Array.from({ length: rows }, () =>
    Float32Array.from({ length: seconds * 16000 }, () => random.normal()),
  );
  const layers = [encoder.layerCount - 1];
  let result: Float32Array = new Float32Array();
  const milliseconds = await median(
    runs,
    async () => {
      result = (await encoder.run(sound, layers)).layers[0]!;
    },
    1,
  );
  await encoder.release();
  return { milliseconds, result };
}

/** Steps of the embedded encoder's default head, or of all of it, without dropout: what is random would not be the same. */
function trainingOn(device: Device, trainable: 'head' | 'all', size: Size): Promise<Timed<Trained>> {
  return onMachine({ device }, () => training(device, trainable, size));
}

interface Trained {
  weights: Weights;
  gradients: Weights;
}

async function training(
  device: Device,
  trainable: 'head' | 'all',
  { rows, seconds, runs }: Size,
): Promise<Timed<Trained>> {
  const { shape, pretrained } = await shapeOfEmbedded();
  const { network, logits } = buildTrainable(shape, trainable, pretrained, false);
  const random = new Random('training');
  const weights = network.initialise(random);
  for (const [name, data] of pretrained) if (weights.has(name)) weights.set(name, data.slice());
  const engine = await Engine.compile(network, logits, adamWDefaults, weights, {
    recompute: recomputedOn(device, false),
  });
  const frames = frameCount(seconds * 16000);
  const inputs = inputsOf(shape, trainable, rows, frames, random);
  const targets = Array.from({ length: rows }, () =>
    Int32Array.from({ length: seconds * LABELS_A_SECOND }, () => 1 + random.int(TOKENS - 1)),
  );
  const step = async (): Promise<void> => {
    const output = await engine.forward(inputs);
    const gradient = new Float32Array(rows * frames * TOKENS);
    ctcLoss(
      floatData(output),
      { batch: rows, frames, tokens: TOKENS },
      new Int32Array(rows).fill(frames),
      targets,
      0,
      gradient,
    );
    await engine.backward(floats(gradient, output.dims), 1e-3);
  };
  await step();
  const copied = (from: Weights): Weights => new Map([...from].map(([name, data]) => [name, data.slice()]));
  const result = { weights: copied(engine.weights), gradients: copied(engine.moments.mean) };
  const milliseconds = await median(runs, step, 1);
  await engine.release();
  return { milliseconds, result };
}

async function shapeOfEmbedded(): Promise<{ shape: Shape; pretrained: Weights }> {
  const encoder = await loadEncoder('embedded');
  const pretrained = readWeights(encoder.bytes);
  const shape: Shape = {
    encoder: ownLayers(encoder.architecture, pretrained),
    head: { kind: 'transformer', dims: 256, blocks: 1, context: 0, dropout: 0 },
    layers: [...Array(encoder.layerCount).keys()],
    tokens: TOKENS,
    adapters: {},
    freeze: 'nothing',
  };
  await encoder.release();
  return { shape, pretrained };
}

function inputsOf(shape: Shape, trainable: 'head' | 'all', rows: number, frames: number, random: Random): Feeds {
  const noise = (dims: number[]) =>
    floats(
      Float32Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => random.normal()),
      dims,
    );
  const mask = floats(frameMask(new Int32Array(rows).fill(frames), frames), [rows, frames]);
  const layers = cachedLayers(shape, trainable);
  return layers
    ? { features: noise([rows, frames, layers.length * shape.encoder.dims]), mask }
    : { audio: noise([rows, paddedSamples(frames)]), mask };
}

function relativeErrorOf(a: Weights, b: Weights): number {
  const joined = (weights: Weights): number[] => [...b.keys()].flatMap((name) => Array.from(weights.get(name)!));
  return relativeError(joined(a), joined(b));
}
