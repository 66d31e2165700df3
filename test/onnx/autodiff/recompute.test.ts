import { beforeAll, describe, expect, it } from 'vitest';
import { paddedSamples, type Architecture } from '../../../src/encoder/own/architecture.ts';
import { buildEncoder } from '../../../src/encoder/own/network.ts';
import { openUpper } from '../../../src/encoder/exported/split.ts';
import { adamWDefaults } from '../../../src/onnx/training/adamw.ts';
import { needOf } from '../../../src/onnx/training/memory-need.ts';
import { planStep } from '../../../src/onnx/training/plan-step.ts';
import type { Recomputed } from '../../../src/onnx/training/recomputed.ts';
import { Engine, type Feeds, type Weights } from '../../../src/onnx/training/engine.ts';
import type { Value } from '../../../src/onnx/graph/graph.ts';
import { linear } from '../../../src/onnx/graph/layers.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { floatData, floats } from '../../../src/onnx/runtime/session.ts';
import { ValueSizes, type SymbolSizes } from '../../../src/onnx/training/value-sizes.ts';
import { Random } from '../../../src/support/random.ts';
import { relativeError } from '../../../src/support/relative-error.ts';
import { dropoutFeeds } from '../../../src/train/masks.ts';
import { modelBytes } from '../../encoder/exported.ts';

const architecture: Architecture = {
  convWidths: [8, 8, 8, 8, 8, 8, 16],
  dims: 32,
  blocks: 2,
  heads: 2,
  feedForward: 64,
  positionKernel: 3,
  positionGroups: 4,
};
const sizes: SymbolSizes = ({ batch, frames }) => ({ batch, frames, samples: paddedSamples(frames) });

interface Built {
  network: Network;
  output: Value;
  pretrained?: Weights;
}
function whole(): Built {
  const network = new Network(true);
  const { hidden } = buildEncoder(network, architecture, 0.1);
  return { network, output: linear(network, hidden.at(-1)!, 'head.out', 5) };
}
async function aboveCut(): Promise<Built> {
  const upper = await openUpper(modelBytes('wavlm-legacy17'), 1);
  const network = new Network(true);
  const hidden = upper.build(
    network,
    network.graph.input('features', ['batch', 'frames', upper.dims]),
    network.graph.input('mask', ['batch', 'frames']),
  );
  return { network, output: linear(network, hidden.at(-1)!, 'head.out', 5), pretrained: upper.weights };
}

/** A few steps on noise, with batches of several shapes. @returns the outputs, the gradients' norms, and the weights in the end */
async function steps(
  { network, output, pretrained = new Map() }: Built,
  recompute?: Recomputed,
): Promise<{ outputs: Float32Array[]; norms: number[]; weights: Map<string, Float32Array> }> {
  const random = new Random('steps');
  const engine = await Engine.compile(
    network,
    output,
    adamWDefaults,
    new Map([...network.initialise(random), ...[...pretrained].map(([name, data]) => [name, data.slice()] as const)]),
    { recompute, sizes, threads: 1 },
  );
  const outputs: Float32Array[] = [];
  const norms: number[] = [];
  for (const [batch, frames] of [
    [2, 12],
    [3, 30],
    [1, 40],
    [3, 12],
  ] as const) {
    const result = await engine.forward(feedsOf(network, batch, frames, random));
    outputs.push(floatData(result).slice());
    norms.push(
      await engine.backward(
        floats(
          floatData(result).map((y) => y / 10),
          result.dims,
        ),
        1e-3,
      ),
    );
  }
  const { weights } = engine;
  await engine.release();
  return { outputs, norms, weights };
}

function feedsOf(network: Network, batch: number, frames: number, random: Random): Feeds {
  const dropout = dropoutFeeds(network.dropoutSites, { batch, frames }, random);
  const others = network.graph.inputs.filter(({ name }) => !(name in dropout) && name !== 'output_gradient');
  return {
    ...dropout,
    ...Object.fromEntries(
      others.map(({ name, dims }) => {
        const known = dims.map((d) => (typeof d === 'number' ? d : sizes({ batch, frames })[d]!));
        const size = known.reduce((a, d) => a * d, 1);
        return [
          name,
          floats(
            Float32Array.from({ length: size }, () => (name === 'features' || name === 'audio' ? random.normal() : 1)),
            known,
          ),
        ];
      }),
    ),
  };
}

/** ONNX Runtime fuses other operators where what is between them is not asked for. */
function isTheSame(a: Awaited<ReturnType<typeof steps>>, b: Awaited<ReturnType<typeof steps>>): void {
  expect(b.norms.every((norm) => norm > 1)).toBe(true);
  expect(relativeError(a.norms, b.norms)).toBeLessThan(1e-5);
  a.outputs.forEach((output, i) => expect(relativeError(output, b.outputs[i]!)).toBeLessThan(1e-5));
}

describe.each([
  ['isogloss’s own encoder, from the sound', () => Promise.resolve(whole())],
  ['the blocks of an exported one', aboveCut],
])('%s, computed anew in the backward pass', (_, build) => {
  let kept: Awaited<ReturnType<typeof steps>>;
  let anew: Awaited<ReturnType<typeof steps>>;
  beforeAll(async () => {
    kept = await steps(await build());
    anew = await steps(await build(), 'blocks');
  });

  it('gives the same outputs and gradients, up to rounding', () => {
    isTheSame(anew, kept);
  });

  it('keeps less', async () => {
    const need = async (recompute?: Recomputed): Promise<number> => {
      const { network, output } = await build();
      const plan = planStep(network, output, { recompute });
      return needOf(
        plan,
        await ValueSizes.measure(network.graph, plan.forward.nodes, sizes),
        [{ batch: 8, frames: 500 }],
        { before: 0, pooled: false },
      ).kept;
    };
    expect(await need('blocks')).toBeLessThan(0.5 * (await need()));
  });

  it('can keep nothing at all, and learns the same', async () => {
    const { network, output } = await build();
    expect(planStep(network, output, { recompute: 'all' }).kept).toEqual([]);
    isTheSame(await steps(await build(), 'all'), kept);
  });
});
