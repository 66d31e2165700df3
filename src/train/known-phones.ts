import type { KnownPhones } from '../encoder/own/phones.ts';
import type { HeadSettings } from '../head/head.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Recipe } from '../recipe/schema.ts';
import { learnSpelling, spellingTable } from '../text/spelling.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { Item } from '../dataset/prepare.ts';
import type { Pretrained } from './pretrained.ts';
import type { Shape } from './trainable.ts';

/**
 * A recipe's head on an encoder. One that may start from phones does so where the encoder knows some and the head hears
 * their layer.
 */
export function headOf(recipe: Recipe, start: Pretrained, layers: readonly number[]): HeadSettings {
  const { phones: wanted, ...head } = recipe.head;
  const at = start.phones ? layers.indexOf(start.phones.layer) : -1;
  return wanted && head.kind !== 'linear' && at >= 0
    ? { ...head, phones: { count: start.phones!.tokens.length, at } }
    : head;
}

/** Where the part of a head starts that spells the phones that an encoder knows. */
export function spellingStart(
  recipe: Recipe,
  { tokens, spelling }: KnownPhones,
  encoder: Weights,
  vocabulary: Vocabulary,
): Weights {
  const parts = ['norm.scale', 'norm.bias', 'out.weight', 'out.bias'].map(
    (part) => [`head.phones.${part}`, encoder.get(`phones.${part}`)!] as const,
  );
  return new Map([...parts, ['head.spelling', spellingTable(spelling, tokens, vocabulary.tokens, recipe.text.unit)]]);
}

/**
 * What an encoder knows of phones after it was trained to write them under a linear head, and the weights that go with
 * it; undefined where it was not.
 */
export function learntPhones(
  recipe: Recipe,
  { head, layers }: Pick<Shape, 'head' | 'layers'>,
  weights: Weights,
  train: readonly Item[],
  { tokens }: Vocabulary,
): { phones: KnownPhones; weights: Weights } | undefined {
  if (recipe.text.unit !== 'phones' || head.kind !== 'linear' || layers.length !== 1) return undefined;
  const spelling = learnSpelling(train.map((item) => ({ text: item.utterance.text, phones: item.tokens })));
  const named = {
    'norm.scale': 'input_norm.scale',
    'norm.bias': 'input_norm.bias',
    'out.weight': 'out.weight',
    'out.bias': 'out.bias',
  };
  return {
    phones: { layer: layers[0]!, tokens, spelling },
    weights: new Map(Object.entries(named).map(([ours, head]) => [`phones.${ours}`, weights.get(`head.${head}`)!])),
  };
}
