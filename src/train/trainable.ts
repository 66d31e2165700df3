import type { LayerBuilder } from '../encoder/own/layer-builder.ts';
import { appendHead, type HeadSettings } from '../head/head.ts';
import type { AdamWSettings } from '../onnx/training/adamw.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Value } from '../onnx/graph/graph.ts';
import { Network, type AdapterOptions } from '../onnx/graph/network.ts';
import { concat, trim } from '../onnx/graph/ops.ts';
import type { Recipe } from '../recipe/schema.ts';
import { InputError } from '../support/errors.ts';
import type { TrainablePart } from '../recipe/trainable-part.ts';

/** Everything that shapes the network of a training. */
export interface Shape {
  encoder: LayerBuilder;
  head: HeadSettings;
  /** Hidden layers that feed the head, in order. */
  layers: readonly number[];
  tokens: number;
  adapters: AdapterOptions;
  freeze: Recipe['encoder']['freeze'];
  /** The hidden layer that a teacher teaches, where there is one. */
  taught?: number | undefined;
}

/**
 * The cut: hidden layers whose cached features come in, lowest trained layer last. Without one, training starts from
 * the sound.
 * @returns undefined for the sound
 * @throws InputError when nothing would learn
 */
export function cachedLayers(shape: Shape, trainable: TrainablePart): number[] | undefined {
  if (trainable === 'head') return [...shape.layers];
  if (trainable === 'all') return undefined;
  const cut = cutOf(shape, trainable);
  if (Math.max(...shape.layers) <= cut)
    throw new InputError(
      `train: nothing between hidden layer ${cut} and the head's layer ` +
        `${Math.max(...shape.layers)}, so no block would learn`,
      'Set encoder.layer to a higher one or to `mix`, or train more blocks.',
    );
  return [...new Set([...shape.layers.filter((layer) => layer < cut), cut])];
}

/**
 * The network of a training: from the sound, or from cached layers through the blocks above the cut, to the head's
 * logits. While a teacher teaches, the layer that it teaches stands behind the logits.
 * Inputs: `audio` or `features` [batch, frames, cached layers · dims]; `mask` [batch, frames].
 * @param weights pretrained values of what stays frozen
 */
export function buildTrainable(
  shape: Shape,
  trainable: TrainablePart,
  weights: Weights,
  training: boolean,
): { network: Network; logits: Value } {
  const network = new Network(training, { ...shape.adapters, frozen: frozenOf(shape, trainable, weights) });
  const { mask, hidden, features } =
    trainable === 'all' ? fromSound(network, shape) : fromCache(network, shape, trainable);
  const fed = shape.layers.map((layer) => hidden.get(layer)!);
  const joined = features ?? (fed.length === 1 ? fed[0]! : concat(network.graph, fed, 2));
  const logits = appendHead(
    network,
    shape.head,
    joined,
    { layers: shape.layers.length, dims: shape.encoder.dims },
    mask,
    shape.tokens,
  );
  const taught = training && shape.taught !== undefined ? hidden.get(shape.taught)! : undefined;
  return { network, logits: taught ? concat(network.graph, [logits, taught], 2) : logits };
}

interface Hidden {
  mask: Value;
  hidden: Map<number, Value>;
  /** All layers that the head reads side by side, where they come so from the cache. */
  features?: Value;
}

function fromSound(network: Network, { encoder, head, layers }: Shape): Hidden {
  if (!encoder.whole) throw new Error('train: all needs an encoder that was opened from the sound up');
  const { hidden, mask } = encoder.whole(network, Math.max(...layers), network.training ? head.dropout : 0);
  return { mask, hidden: new Map(hidden.map((value, layer) => [layer, value])) };
}

function fromCache(network: Network, shape: Shape, trainable: TrainablePart): Hidden {
  const { encoder, head } = shape;
  const cached = cachedLayers(shape, trainable)!;
  const features = network.graph.input('features', ['batch', 'frames', cached.length * encoder.dims]);
  const mask = network.graph.input('mask', ['batch', 'frames']);
  if (trainable === 'head') return { mask, hidden: new Map(), features };
  const hidden = new Map(cached.map((layer, i) => [layer, layerIn(network, features, i, cached.length, encoder.dims)]));
  const cut = cutOf(shape, trainable);
  const upper = encoder.upper(
    network,
    { cut, until: Math.max(...shape.layers) },
    hidden.get(cut)!,
    mask,
    network.training ? head.dropout : 0,
  );
  upper.forEach((value, i) => hidden.set(cut + 1 + i, value));
  return { mask, hidden };
}

function layerIn(network: Network, features: Value, index: number, count: number, dims: number): Value {
  return count === 1 ? features : trim(network.graph, features, 2, index * dims, (count - 1 - index) * dims);
}

/** Under a head alone everything is below the cut; adapters stand in every block, so that all of them are above it. */
export function cutOf({ encoder }: { encoder: Pick<LayerBuilder, 'top'> }, trainable: TrainablePart): number {
  const { top } = encoder;
  if (trainable === 'head') return top;
  if (typeof trainable !== 'object') return 0;
  if (trainable.top > top)
    throw new InputError(
      `train: this encoder has ${top} blocks, not ${trainable.top}`,
      `Set \`top\` to ${top} at most, or \`train: all\`.`,
    );
  return top - trainable.top;
}

/** An adapter's parameters: what is new in an encoder that stays as it is. */
export const isAdapter = (name: string): boolean => /\.(lora_[ab]|adapter\.)/.test(name);
export const isHead = (name: string): boolean => name.startsWith('head.');

function frozenOf(shape: Shape, trainable: TrainablePart, weights: Weights): Weights {
  const frozen = (name: string): boolean => {
    if (isHead(name) || isAdapter(name)) return false;
    return (
      trainable === 'adapters' ||
      (trainable === 'all' && shape.freeze === 'feature-encoder' && shape.encoder.isConvolution(name))
    );
  };
  return new Map([...weights].filter(([name]) => frozen(name)));
}

/** How single parameters learn: a pretrained encoder slower than the head, its lower blocks slower still. */
export function optimiserOf(shape: Shape, recipe: Recipe): Pick<AdamWSettings, 'rateOf' | 'l2Sp'> {
  const { encoder_rate: rate, layer_decay: decay, l2_sp: strength } = recipe.training;
  const pretrained = shape.encoder.weights;
  if (pretrained.size === 0) return {};
  return {
    rateOf: (name) =>
      isHead(name) || isAdapter(name) ? 1 : rate * decay ** (shape.encoder.top - shape.encoder.layerOf(name)),
    ...(strength > 0 ? { l2Sp: { strength, start: pretrained } } : {}),
  };
}
