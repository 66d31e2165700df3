import { beforeAll, describe, expect, it } from 'vitest';
import { openWhole } from '../../../src/encoder/exported/split.ts';
import { encodeCheckpoint } from '../../../src/encoder/checkpoint/checkpoint.ts';
import { exportedWhole, ownLayers } from '../../../src/encoder/own/layer-builder.ts';
import { loadEncoder } from '../../../src/encoder/own/encoder.ts';
import { readWeights } from '../../../src/encoder/own/weights.ts';
import { adamWDefaults } from '../../../src/onnx/training/adamw.ts';
import { type EngineOptions } from '../../../src/onnx/training/compile.ts';
import { Engine, type Weights } from '../../../src/onnx/training/engine.ts';
import { floatData, floats } from '../../../src/onnx/runtime/session.ts';
import { Random } from '../../../src/support/random.ts';
import { relativeError } from '../../../src/support/relative-error.ts';
import { symbolSizes } from '../../../src/train/memory.ts';
import { buildTrainable, type Shape } from '../../../src/train/trainable.ts';
import { checkpointFile } from '../../encoder/checkpoint/checkpoints.ts';
import path from 'node:path';

const [BATCH, FRAMES, TOKENS] = [2, 40, 7];

async function checkpoint(name: string): Promise<Shape['encoder']> {
  const file = checkpointFile(name, 'model.safetensors');
  return exportedWhole(await openWhole(await encodeCheckpoint(file), { folder: path.dirname(file) }));
}
async function embedded(): Promise<Shape['encoder']> {
  const encoder = await loadEncoder('embedded');
  await encoder.release();
  return ownLayers(encoder.architecture, readWeights(encoder.bytes));
}

interface Stepped {
  output: Float32Array;
  gradients: Weights;
  norm: number;
}

async function step(encoder: Shape['encoder'], options: EngineOptions): Promise<Stepped> {
  const shape: Shape = {
    encoder,
    head: { kind: 'transformer', dims: 32, blocks: 1, context: 0, dropout: 0 },
    layers: [...Array(encoder.top + 1).keys()],
    tokens: TOKENS,
    adapters: {},
    freeze: 'nothing',
  };
  const { network, logits } = buildTrainable(shape, 'all', encoder.weights, false);
  const random = new Random('half');
  const weights = network.initialise(random);
  for (const [name, data] of encoder.weights) if (weights.has(name)) weights.set(name, data);
  const engine = await Engine.compile(network, logits, adamWDefaults, weights, { ...options, sizes: symbolSizes });
  const { samples } = symbolSizes({ batch: BATCH, frames: FRAMES });
  const output = await engine.forward({
    audio: floats(
      Float32Array.from({ length: BATCH * samples! }, () => random.normal()),
      [BATCH, samples!],
    ),
    mask: floats(new Float32Array(BATCH * FRAMES).fill(1), [BATCH, FRAMES]),
  });
  const given = floatData(output).slice();
  const norm = await engine.backward(
    floats(
      Float32Array.from(given, () => random.normal() / 1000),
      output.dims,
    ),
    1e-3,
  );
  const gradients = engine.moments.mean;
  await engine.release();
  return { output: given, gradients, norm };
}

const joined = (weights: Weights): Float32Array => {
  const all = new Float32Array([...weights.values()].reduce((sum, { length }) => sum + length, 0));
  [...weights.values()].reduce((at, data) => (all.set(data, at), at + data.length), 0);
  return all;
};

describe.each([
  ['XLS-R', () => checkpoint('xls-r')],
  ['mHuBERT', () => checkpoint('hubert')],
])('a step of %s in float16', (_, open) => isNearlyTheSame(open));

describe.each([
  ['the embedded encoder', embedded],
  ['WavLM', () => checkpoint('wavlm')],
  ['Wav2Vec2-Conformer', () => checkpoint('conformer-relative')],
])('a step of %s in float16', { tags: ['slow'] }, (_, open) => isNearlyTheSame(open));

function isNearlyTheSame(open: () => Promise<Shape['encoder']>): void {
  let exact: Stepped;
  let half: Stepped;
  beforeAll(async () => {
    exact = await step(await open(), {});
    half = await step(await open(), { precision: 'float16' });
  });

  it('gives nearly the outputs and gradients of float32, and a norm without the loss’s scale', () => {
    expect(relativeError(half.output, exact.output)).toBeLessThan(5e-3);
    expect(relativeError(joined(half.gradients), joined(exact.gradients))).toBeLessThan(3e-2);
    expect(half.norm / exact.norm).toBeCloseTo(1, 1);
  });

  it('keeps nothing where all is computed anew, and gives the same', async () => {
    const again = await step(await open(), { precision: 'float16', recompute: 'all and blocks' });
    expect(relativeError(joined(again.gradients), joined(exact.gradients))).toBeLessThan(3e-2);
  });
}
