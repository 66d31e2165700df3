import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/encoder/own/architecture.ts';
import { encodeEncoder, Encoder } from '../../src/encoder/own/encoder.ts';
import { buildEncoder } from '../../src/encoder/own/network.ts';
import { appendPhones, readPhones, type KnownPhones } from '../../src/encoder/own/phones.ts';
import { buildHead } from '../../src/head/head.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { encodeModel } from '../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../src/onnx/runtime/session.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { headOf, learntPhones, spellingStart } from '../../src/train/known-phones.ts';
import type { Item } from '../../src/dataset/prepare.ts';
import type { Pretrained } from '../../src/train/pretrained.ts';

const TINY: Architecture = {
  convWidths: [4, 4, 4, 4, 4, 4, 8],
  dims: 16,
  blocks: 2,
  heads: 2,
  feedForward: 16,
  positionKernel: 3,
  positionGroups: 4,
};
const PHONES: KnownPhones = {
  layer: 2,
  tokens: ['<pad>', '<unk>', '|', 'a', 'k'],
  spelling: { a: { a: 10 }, k: { c: 4, k: 6 } },
};
const recipe = recipeSchema.parse({ name: 'x', language: 'it', corpus: 'mine' });

describe('an encoder that knows phones', () => {
  it('carries them in its file, beside layers that stay what they were', async () => {
    const weights = encoderWeights();
    const [plain, knowing] = [encodeEncoder(weights, TINY), encodeEncoder(weights, TINY, { phones: PHONES })];
    expect(readPhones(plain)).toBeUndefined();
    expect(readPhones(knowing)).toEqual(PHONES);
    const sound = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i / 9));
    const [a, b] = await Promise.all(
      [plain, knowing].map(async (bytes) => (await Encoder.fromBytes('tiny', bytes)).run([sound], [0, 2])),
    );
    expect(b).toEqual(a);
  });

  it('gives a head that starts from them, where the head hears their layer', () => {
    const start = { phones: PHONES } as Pretrained;
    expect(headOf(recipe, start, [0, 1, 2]).phones).toEqual({ count: 5, at: 2 });
    expect(headOf(recipe, start, [1]).phones).toBeUndefined();
    expect(headOf(recipe, {} as Pretrained, [0, 1, 2]).phones).toBeUndefined();
    expect(headOf({ ...recipe, head: { ...recipe.head, kind: 'linear' } }, start, [2]).phones).toBeUndefined();
    expect(headOf({ ...recipe, head: { ...recipe.head, phones: false } }, start, [2]).phones).toBeUndefined();
  });

  it('lets a head write its phones as other languages spell them, before anything is learnt', async () => {
    const vocabulary = Vocabulary.build([['a', 'c', 'k', 'z']]);
    const encoder = encoderWeights();
    const network = new Network(false);
    const head = { kind: 'mlp', dims: 8, context: 1, blocks: 1, dropout: 0, phones: { count: 5, at: 1 } } as const;
    network.graph.output(buildHead(network, head, { layers: 2, dims: 16 }, vocabulary.size), 'logits');
    const weights = new Map([
      ...network.initialise(new Random(1)),
      ...spellingStart(recipe, PHONES, encoder, vocabulary),
    ]);
    const session = await openSession(encodeModel(network.graph, { weights }));
    const random = new Random(2);
    const features = Float32Array.from({ length: 3 * 32 }, () => random.normal());
    const logits = floatData(
      (await session.run({ features: floats(features, [1, 3, 32]), mask: floats(new Float32Array(3).fill(1), [1, 3]) }))
        .logits!,
    );
    const phones = await phoneShares(encoder, features);
    const shares = Float32Array.from(logits, Math.exp);
    for (let frame = 0; frame < 3; frame++) {
      const [of, share] = [
        (token: string) => shares[frame * 7 + vocabulary.tokens.indexOf(token)]!,
        (phone: string) => phones[frame * 5 + PHONES.tokens.indexOf(phone)]!,
      ];
      expect(of('<pad>')).toBeCloseTo(share('<pad>'), 1);
      expect(of('a')).toBeCloseTo(share('a'), 1);
      expect(of('c')).toBeCloseTo(0.4 * share('k'), 1);
      expect(of('k')).toBeCloseTo(0.6 * share('k'), 1);
    }
  });

  it('comes from training it to write phones under a linear head', () => {
    const network = new Network(true);
    buildHead(network, { kind: 'linear', dims: 1, blocks: 1, context: 0, dropout: 0 }, { layers: 1, dims: 16 }, 5);
    const weights = network.initialise(new Random(3));
    const train = [{ utterance: { text: 'Caca' }, tokens: ['k', 'a', 'k', 'a'] }] as Item[];
    const shape = { head: { kind: 'linear', dims: 1, blocks: 1, context: 0, dropout: 0 }, layers: [2] } as const;
    const phones = { ...recipe, text: { ...recipe.text, unit: 'phones' as const } };
    const learnt = learntPhones(phones, shape, weights, train, Vocabulary.build([['a', 'k']]))!;
    expect(learnt.phones).toMatchObject({ layer: 2, tokens: ['<pad>', '<unk>', '|', 'a', 'k'] });
    expect(Object.keys(learnt.phones.spelling)).toEqual(['a', 'k']);
    expect(learnt.weights.get('phones.out.weight')).toBe(weights.get('head.out.weight'));
    expect(learntPhones(recipe, shape, weights, train, Vocabulary.build([['a']]))).toBeUndefined();
  });
});

/** Random weights of a tiny encoder, and of what hears phones in it. */
function encoderWeights(): Map<string, Float32Array> {
  const network = new Network(false);
  const { hidden } = buildEncoder(network, TINY);
  appendPhones(network, hidden[2]!, PHONES);
  return network.initialise(new Random('encoder'));
}

/** What the encoder itself would write: [frames, phones], from the second of two layers. */
async function phoneShares(encoder: Map<string, Float32Array>, features: Float32Array): Promise<Float32Array> {
  const network = new Network(false);
  const hidden = network.graph.input('hidden', [1, 'frames', 16]);
  network.graph.output(
    network.graph.node('Softmax', [appendPhones(network, hidden, PHONES)], { axis: { int: -1 } }),
    'shares',
  );
  const session = await openSession(encodeModel(network.graph, { weights: encoder }));
  const second = Float32Array.from(
    { length: features.length / 2 },
    (_, i) => features[Math.floor(i / 16) * 32 + 16 + (i % 16)]!,
  );
  return floatData((await session.run({ hidden: floats(second, [1, 3, 16]) })).shares!);
}
