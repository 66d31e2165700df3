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
import type * as ort from '../src/onnx/runtime/ort.ts';
import type { Precision } from '../src/onnx/graph/half-precision.ts';
import type { Device } from '../src/onnx/runtime/device-names.ts';
import { onMachine } from '../src/onnx/runtime/machine.ts';
import { floatData, floats } from '../src/onnx/runtime/session.ts';
import { adamWDefaults } from '../src/onnx/training/adamw.ts';
import type { MemoryNeed } from '../src/onnx/training/memory.ts';
import { needOf } from '../src/onnx/training/memory-need.ts';
import { planStep } from '../src/onnx/training/plan-step.ts';
import { recomputedOn } from '../src/onnx/training/recomputed.ts';
import { ValueSizes } from '../src/onnx/training/value-sizes.ts';
import { Engine, type Feeds } from '../src/onnx/training/engine.ts';
import type { TrainablePart } from '../src/recipe/trainable-part.ts';
import { messageOf } from '../src/support/errors.ts';
import { Random } from '../src/support/random.ts';
import { symbolSizes } from '../src/train/memory.ts';
import { frozenLayers } from '../src/train/pretrained.ts';
import { buildTrainable, cachedLayers, cutOf, type Shape } from '../src/train/trainable.ts';

/*
 * One measurement of bench/device.ts, in a process of its own so that its memory can be told from others':
 * a line of JSON, { milliseconds, parts, said, numbers } with the milliseconds of each run, those of each part of a step, and the first of the
 * features or of all gradients.
 */

const [TOKENS, LABELS_A_SECOND] = [40, 8];
/** The first step plans and compiles, and AdamW's first touches new memory. */
const REAL_STEPS_BEFORE = 2;
/** Training in float16 starts at 2¹⁶ and halves it where gradients overflow; here that would only be waited for. */
const LOSS_SCALE = { factor: 2 ** 11, steps: 0 };
const TRIES = 20;

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
const parts: Record<string, number[]> = {};
/** What a training says beforehand that it takes. */
let said: MemoryNeed | undefined;
const numbers = await onMachine({ device }, flags.what === 'features' ? features : training).catch((error: unknown) => {
  // Without the source's line, which in a bundle is so long that nothing of the error is left.
  console.error(messageOf(error));
  process.exit(1);
});
console.log(JSON.stringify({ milliseconds, parts, said, numbers: Array.from(numbers) }));

async function features(): Promise<Float32Array> {
  const encoder = checkpoint
    ? await openEncoder('made', await encodeCheckpoint(checkpoint, { precision }), {
        folder: path.dirname(checkpoint),
      })
    : await loadEncoder('embedded');
  const random = new Random('sound');
  const sound = Array.from({ length: rows }, () => noise(random, seconds * 16000));
  const run = () => encoder.run(sound, [encoder.layerCount - 1]);
  // Plans and compiles.
  let { layers } = await run();
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    ({ layers } = await run());
    milliseconds.push(performance.now() - startedAt);
  }
  await encoder.release();
  return layers[0]!.subarray(0, wanted);
}

/** Steps without dropout: what is random would not be the same. */
async function training(): Promise<Float32Array> {
  const trainable = (/^\d+$/.test(flags.what) ? { top: Number(flags.what) } : flags.what) as TrainablePart;
  const encoder = await layersFor(trainable);
  const shape: Shape = {
    encoder,
    head: { kind: 'linear', dims: 256, blocks: 1, context: 0, dropout: 0 },
    layers: [encoder.top],
    tokens: TOKENS,
    adapters: trainable === 'adapters' ? { lowRank: { rank: 8, scale: 16, on: () => true } } : {},
    freeze: 'feature-encoder',
  };
  const { network, logits } = buildTrainable(shape, trainable, encoder.weights, false);
  const random = new Random('training');
  const weights = network.initialise(random, encoder.weights);
  const frames = frameCount(seconds * 16000);
  const plan = planStep(network, logits, { recompute: recomputedOn(device, flags.recompute), precision });
  const nodes = [...new Set([...plan.forward.nodes, ...plan.backward.nodes])];
  const sizes = await ValueSizes.measure(network.graph, nodes, symbolSizes);
  said = needOf(plan, sizes, [{ batch: rows, frames }], { before: 0, pooled: false, device });
  const engine = await Engine.open(plan, sizes, adamWDefaults, weights, { precision, lossScale: LOSS_SCALE });
  const inputs = inputsOf(shape, trainable, frames, random);
  const targets = Array.from({ length: rows }, () =>
    Int32Array.from({ length: seconds * LABELS_A_SECOND }, () => 1 + random.int(TOKENS - 1)),
  );
  const step = async (): Promise<{ times: Record<string, number>; isReal: boolean }> => {
    const marks = [performance.now()];
    const output = await engine.forward(inputs);
    marks.push(performance.now());
    const gradient = gradientOf(output, targets);
    marks.push(performance.now());
    await engine.accumulate(gradient);
    marks.push(performance.now());
    const norm = await engine.move(1e-5);
    marks.push(performance.now());
    const took = (i: number) => marks[i + 1]! - marks[i]!;
    return {
      times: { forward: took(0), CTC: took(1), backward: took(2), AdamW: took(3) },
      isReal: Number.isFinite(norm),
    };
  };
  let gradients: Float32Array | undefined;
  // In float16, steps that overflow move nothing: they are not counted.
  for (let real = 0, tries = 0; milliseconds.length < runs || real === 0; tries++) {
    if (tries > TRIES + runs)
      throw new Error(
        `after ${tries} steps, gradients of ${engine.broken.length} of ${engine.weights.size} weights still overflow: ` +
          `${engine.broken.slice(0, 5).join(', ')} … ${engine.broken.slice(-5).join(', ')}`,
      );
    const { times, isReal } = await step();
    real = isReal ? real + 1 : 0;
    // The first step's mean is the gradient itself, but for a factor.
    if (isReal) gradients ??= some(engine.moments.mean);
    if (real <= REAL_STEPS_BEFORE || milliseconds.length === runs) continue;
    milliseconds.push(Object.values(times).reduce((a, x) => a + x, 0));
    for (const [part, time] of Object.entries(times)) (parts[part] ??= []).push(time);
  }
  await engine.release();
  return gradients!;
}

/** Of the loss a token, as in training. */
function gradientOf(output: ort.Tensor, targets: readonly Int32Array[]): ort.Tensor {
  const frames = output.dims[1]!;
  const gradient = new Float32Array(rows * frames * TOKENS);
  ctcLoss(
    floatData(output),
    { batch: rows, frames, tokens: TOKENS },
    new Int32Array(rows).fill(frames),
    targets,
    0,
    gradient,
  );
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows * seconds * LABELS_A_SECOND;
  return floats(gradient, output.dims);
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
  const none = frozenLayers(dims, top);
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
