import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/encoder/own/architecture.ts';
import { ownLayers } from '../../src/encoder/own/layer-builder.ts';
import { buildEncoder } from '../../src/encoder/own/network.ts';
import { adapterOptions } from '../../src/model/adapters.ts';
import type { Feeds, Weights } from '../../src/onnx/training/engine.ts';
import type { Value } from '../../src/onnx/graph/graph.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { Predictor } from '../../src/onnx/runtime/predictor.ts';
import { floatData, floats } from '../../src/onnx/runtime/session.ts';
import type { TrainablePart } from '../../src/recipe/trainable-part.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { Random } from '../../src/support/random.ts';
import { buildTrainable, cachedLayers, isAdapter, isHead, optimiserOf, type Shape } from '../../src/train/trainable.ts';

const ARCHITECTURE: Architecture = {
  convWidths: [4, 4, 4, 4, 4, 4, 8],
  dims: 16,
  blocks: 3,
  heads: 4,
  feedForward: 24,
  positionKernel: 5,
  positionGroups: 4,
};
const FRAMES = 20;
const COUNTS = [20, 13];

const shape = (over: Partial<Shape> = {}): Shape => ({
  encoder: ownLayers(ARCHITECTURE, new Map([...(weights ?? [])].filter(([name]) => !isHead(name)))),
  head: { kind: 'linear', dims: 16, blocks: 1, context: 0, dropout: 0.1 },
  layers: [0, 1, 2, 3],
  tokens: 5,
  adapters: {},
  freeze: 'nothing',
  ...over,
});

let weights: Weights;
let sound: Feeds;
let hidden: Float32Array[];

beforeAll(async () => {
  const random = new Random('trainable');
  const { network } = buildTrainable(shape(), 'all', new Map(), false);
  weights = network.initialise(random);
  const samples = 320 * FRAMES + 155;
  const audio = Float32Array.from({ length: 2 * samples }, () => random.normal());
  const mask = Float32Array.from({ length: 2 * FRAMES }, (_, i) =>
    i % FRAMES < COUNTS[Math.floor(i / FRAMES)]! ? 1 : 0,
  );
  sound = { audio: floats(audio, [2, samples]), mask: floats(mask, [2, FRAMES]) };
  hidden = await Promise.all([0, 1, 2, 3].map((layer) => hiddenLayer(layer)));
});

async function hiddenLayer(layer: number): Promise<Float32Array> {
  const network = new Network(false);
  return run({ network, logits: buildEncoder(network, ARCHITECTURE, 0, layer).hidden[layer]! }, sound, weights);
}

async function run(built: { network: Network; logits: Value }, feeds: Feeds, values: Weights): Promise<Float32Array> {
  const predictor = await Predictor.compile(built.network, built.logits);
  const used = new Map([...values].filter(([name]) => built.network.graph.parameters.has(name)));
  const output = floatData(await predictor.run(feeds, used)).slice();
  await predictor.release();
  return output;
}

/** Cached layers as the feature cache gives them: [batch, frames, layers · dims]. */
function cached(layers: readonly number[]): Feeds {
  const { dims } = ARCHITECTURE;
  const features = new Float32Array(2 * FRAMES * layers.length * dims);
  for (let row = 0; row < 2 * FRAMES; row++)
    layers.forEach((layer, l) =>
      features.set(hidden[layer]!.subarray(row * dims, (row + 1) * dims), (row * layers.length + l) * dims),
    );
  return { features: floats(features, [2, FRAMES, layers.length * dims]), mask: sound.mask! };
}

function expectNear(a: Float32Array, b: Float32Array): void {
  // Frames of padding may differ: nobody reads them.
  const perFrame = a.length / (2 * FRAMES);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const frame = Math.floor(i / perFrame);
    if (frame % FRAMES < COUNTS[Math.floor(frame / FRAMES)]!) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  }
  expect(worst).toBeLessThan(1e-4);
}

describe('the cut', () => {
  it.each<[TrainablePart, number[] | undefined]>([
    ['head', [0, 1, 2, 3]],
    [{ top: 1 }, [0, 1, 2]],
    [{ top: 3 }, [0]],
    ['adapters', [0]],
    ['all', undefined],
  ])('%j reads from the cache: %j', (trainable, layers) => {
    expect(cachedLayers(shape(), trainable)).toEqual(layers);
  });

  it('keeps layers below it that the head mixes, and none that nobody reads', () => {
    expect(cachedLayers(shape({ layers: [3] }), { top: 1 })).toEqual([2]);
    expect(cachedLayers(shape({ layers: [1, 3] }), { top: 1 })).toEqual([1, 2]);
  });

  it('refuses what would train nothing, and blocks that are not there', () => {
    expect(() => cachedLayers(shape({ layers: [2] }), { top: 1 })).toThrow(/no block would learn/);
    expect(() => cachedLayers(shape(), { top: 4 })).toThrow(/3 blocks, not 4/);
  });

  it.each<TrainablePart>(['head', { top: 1 }, { top: 2 }, { top: 3 }, 'adapters'])(
    '%j from the cache gives what the whole network gives from the sound',
    async (trainable) => {
      const whole = await run(buildTrainable(shape(), 'all', weights, false), sound, weights);
      const fromCache = await run(
        buildTrainable(shape(), trainable, weights, false),
        cached(cachedLayers(shape(), trainable)!),
        weights,
      );
      expectNear(fromCache, whole);
    },
  );
});

describe('what learns', () => {
  const learning = (trainable: TrainablePart, over: Partial<Shape> = {}): string[] => [
    ...buildTrainable(shape(over), trainable, weights, true).network.graph.parameters.keys(),
  ];

  it('top N has the head and N blocks', () => {
    const names = learning({ top: 1 });
    expect(names.filter((name) => !isHead(name)).every((name) => /^(blocks\.2\.|final_norm\.)/.test(name))).toBe(true);
    expect(names.some((name) => name.startsWith('blocks.2.attention.query'))).toBe(true);
  });

  it.each([
    { kind: 'residual', dims: 4, scale: 16 },
    { kind: 'low-rank', dims: 2, scale: 4 },
  ] as const)('adapters ($kind) are new and small, and the encoder stays as it is', (settings) => {
    const names = learning('adapters', { adapters: adapterOptions(settings) });
    expect(names.every((name) => isHead(name) || isAdapter(name))).toBe(true);
    expect(names.filter(isAdapter).length).toBeGreaterThanOrEqual(3 * 6);
  });

  it.each([
    { kind: 'residual', dims: 4, scale: 16 },
    { kind: 'low-rank', dims: 2, scale: 4 },
  ] as const)('adapters ($kind) change nothing before they have learnt', async (settings) => {
    const adapted = buildTrainable(shape({ adapters: adapterOptions(settings) }), 'adapters', weights, false);
    const fresh = adapted.network.initialise(new Random(2));
    const start = new Map([...fresh, ...weights]);
    expectNear(
      await run(adapted, cached([0]), start),
      await run(buildTrainable(shape(), 'all', weights, false), sound, weights),
    );
  });

  it('all can leave the convolutions frozen', () => {
    expect(learning('all').some((name) => name.startsWith('feature_encoder.'))).toBe(true);
    expect(learning('all', { freeze: 'feature-encoder' }).some((name) => name.startsWith('feature_encoder.'))).toBe(
      false,
    );
  });
});

describe('how fast single parameters learn', () => {
  const recipe = recipeSchema.parse({
    name: 'x',
    language: 'it',
    corpus: 'x',
    training: { encoder_rate: 0.2, layer_decay: 0.5, l2_sp: 0.1 },
  });

  it('the head by the full rate, the encoder by less, lower blocks by less still', () => {
    const { rateOf } = optimiserOf(shape(), recipe);
    const rates = [
      'head.out.weight',
      'final_norm.scale',
      'blocks.2.attention.out.weight',
      'blocks.1.attention.out.weight',
      'feature_encoder.0.weight',
    ].map((name) => rateOf!(name));
    [1, 0.2, 0.2, 0.1, 0.025].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate));
  });

  it('only what was pretrained is pulled back', () => {
    const start = optimiserOf(shape(), recipe).l2Sp!.start;
    expect(start.has('blocks.0.attention.query.weight')).toBe(true);
    expect([...start.keys()].some(isHead)).toBe(false);
  });

  it('a new encoder learns all at one rate', () => {
    expect(optimiserOf(shape({ encoder: ownLayers(ARCHITECTURE, new Map()) }), recipe)).toEqual({});
  });
});
