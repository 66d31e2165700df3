import { execa } from 'execa';
import path from 'node:path';
import { frameMask } from '../src/audio/standardise.ts';
import { ctcLoss } from '../src/ctc/loss.ts';
import { frameCount, paddedSamples } from '../src/encoder/own/architecture.ts';
import { loadEncoder } from '../src/encoder/own/encoder.ts';
import { ownLayers } from '../src/encoder/own/layer-builder.ts';
import { readWeights } from '../src/encoder/own/weights.ts';
import { adamWDefaults } from '../src/onnx/training/adamw.ts';
import { Engine, type Feeds } from '../src/onnx/training/engine.ts';
import { floatData, floats } from '../src/onnx/runtime/session.ts';
import type { TrainablePart } from '../src/recipe/trainable-part.ts';
import type { HeadSettings } from '../src/head/head.ts';
import { Random } from '../src/support/random.ts';
import { Scratch } from '../src/support/scratch.ts';
import { dropoutFeeds } from '../src/train/masks.ts';
import { symbolSizes } from '../src/train/memory.ts';
import { buildTrainable, cachedLayers, type Shape } from '../src/train/trainable.ts';
import { arithmeticMilliseconds } from './kernels.ts';
import { lowerQuartile } from './timing.ts';

const [BATCH, SECONDS, TOKENS, LABELS] = [8, 8, 40, 90];
const RUNS = 12;
const FRAMES = frameCount(SECONDS * 16000);
const DEFAULT_HEAD: HeadSettings = { kind: 'mlp', dims: 256, blocks: 1, context: 4, dropout: 0.2 };
const TRANSFORMER: HeadSettings = { kind: 'transformer', dims: 256, blocks: 1, context: 0, dropout: 0.1 };

interface Mode {
  trainable: TrainablePart;
  head: HeadSettings;
}
const MODES: Record<string, Mode> = {
  head: { trainable: 'head', head: DEFAULT_HEAD },
  'transformer head': { trainable: 'head', head: TRANSFORMER },
  'top 2': { trainable: { top: 2 }, head: DEFAULT_HEAD },
  'top 2, transformer head': { trainable: { top: 2 }, head: TRANSFORMER },
  all: { trainable: 'all', head: DEFAULT_HEAD },
};

/**
 * Seconds of audio a second of training, by how much learns, on the embedded encoder: with the head that recipes have by default, and with a
 * transformer head. Beside it PyTorch with the same network and batch, which runs the frozen layers in every step. Below, a step against
 * the arithmetic in it. A step is masks, forward, CTC, backward and AdamW, on a machine with memory to spare. Python is that of
 * ISOGLOSS_BENCH_PYTHON or `python3`.
 */
export async function benchFineTuning(): Promise<void> {
  for (const [name, mode] of Object.entries(MODES)) {
    const step = await stepMilliseconds(mode);
    const rate = (BATCH * SECONDS * 1000) / step;
    const arithmetic = await arithmeticMilliseconds((profile) => stepMilliseconds(mode, profile));
    const theirs = await torchRate(name);
    const beside =
      theirs === undefined
        ? 'PyTorch: not there (ISOGLOSS_BENCH_PYTHON)'
        : `PyTorch ${theirs.toFixed(0)} s/s   ratio ${(rate / theirs).toFixed(2)}`;
    console.log(
      `training ${name.padEnd(23)} ${BATCH} × ${SECONDS} s  ${rate.toFixed(0).padStart(6)} s of audio a second   ${beside}`,
    );
    console.log(
      `  a step ${step.toFixed(0)} ms, its matrix products and convolutions ${arithmetic.toFixed(0)} ms   ratio ${(step / arithmetic).toFixed(2)}`,
    );
  }
}

async function stepMilliseconds({ trainable, head }: Mode, profile?: string): Promise<number> {
  const encoder = await loadEncoder('embedded');
  const { architecture } = encoder;
  const pretrained = readWeights(encoder.bytes);
  const shape: Shape = {
    encoder: ownLayers(architecture, pretrained),
    head,
    layers: [...Array(encoder.layerCount).keys()],
    tokens: TOKENS,
    adapters: {},
    freeze: 'nothing',
  };
  const random = new Random('bench');
  await encoder.release();
  const { network, logits } = buildTrainable(shape, trainable, pretrained, true);
  const weights = network.initialise(random);
  for (const [name, data] of pretrained) if (weights.has(name)) weights.set(name, data);
  const engine = await Engine.compile(network, logits, adamWDefaults, weights, {
    returnsMemory: false,
    sizes: symbolSizes,
    ...(profile === undefined ? {} : { profile }),
  });
  const inputs = { ...inputsOf(shape, trainable, random), ...unmasked(network.graph.inputs) };
  const scratch = new Scratch();
  const targets = Array.from({ length: BATCH }, () =>
    Int32Array.from({ length: LABELS }, () => 1 + random.int(TOKENS - 1)),
  );
  const lengths = new Int32Array(BATCH).fill(FRAMES);
  const time = await lowerQuartile(RUNS, async () => {
    scratch.reset();
    const output = await engine.forward({
      ...inputs,
      ...dropoutFeeds(network.dropoutSites, { batch: BATCH, frames: FRAMES }, random, scratch.take),
    });
    const gradient = new Float32Array(BATCH * FRAMES * TOKENS);
    ctcLoss(floatData(output), { batch: BATCH, frames: FRAMES, tokens: TOKENS }, lengths, targets, 0, gradient);
    await engine.backward(floats(gradient, output.dims), 1e-6);
  });
  await engine.release();
  return time;
}

function inputsOf(shape: Shape, trainable: TrainablePart, random: Random): Feeds {
  const noise = (dims: number[]) =>
    floats(
      Float32Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => random.normal()),
      dims,
    );
  const mask = floats(frameMask(new Int32Array(BATCH).fill(FRAMES), FRAMES), [BATCH, FRAMES]);
  const layers = cachedLayers(shape, trainable);
  return layers
    ? { features: noise([BATCH, FRAMES, layers.length * shape.encoder.dims]), mask }
    : { audio: noise([BATCH, paddedSamples(FRAMES)]), mask };
}

function unmasked(inputs: readonly { name: string; dims: readonly (number | string)[] }[]): Feeds {
  const ones = (dims: number[]) => floats(new Float32Array(dims.reduce((a, d) => a * d, 1)).fill(1), dims);
  const features = inputs.find(({ name }) => name === 'augment.features');
  return features
    ? { 'augment.frames': ones([BATCH, FRAMES, 1]), 'augment.features': ones([BATCH, 1, features.dims[2] as number]) }
    : {};
}

/** @returns undefined where PyTorch is not there */
async function torchRate(mode: string): Promise<number | undefined> {
  const python = process.env['ISOGLOSS_BENCH_PYTHON'] ?? 'python3';
  const script = path.join(import.meta.dirname, 'fine-tuning-torch.py');
  const { stdout, failed } = await execa(python, [script, ...[BATCH, SECONDS, TOKENS, LABELS].map(String), mode], {
    reject: false,
  });
  return failed ? undefined : Number(stdout);
}
