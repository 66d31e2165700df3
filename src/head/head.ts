import type { Dim, Value } from '../onnx/graph/graph.ts';
import { fastConvolution, paysFor } from '../onnx/graph/fast-convolution.ts';
import {
  attentionBias,
  linear,
  linearParameters,
  norm,
  silencePadding,
  transformerBlock,
} from '../onnx/graph/layers.ts';
import type { Network } from '../onnx/graph/network.ts';
import { add, concat, matmul, pad, relu, reshape, softmax, trim } from '../onnx/graph/ops.ts';

export interface HeadSettings {
  kind: 'linear' | 'mlp' | 'transformer';
  dims: number;
  /** Transformer blocks. */
  blocks: number;
  /** Frames on either side that `mlp` sees. */
  context: number;
  dropout: number;
  /** Whether it takes the features as they are, without a norm of its own: a published model's head does. */
  plain?: boolean | undefined;
  /**
   * Where the encoder knows phones: how many, and the place among the head's layers of the one that they are read from.
   */
  phones?: { count: number; at: number } | undefined;
}

export interface HeadInput {
  /** Hidden layers in the features; more than one are mixed by learned weights. */
  layers: number;
  dims: number;
}

/**
 * Appends a head on cached features. Inputs: `features` [batch, frames, layers · dims] and `mask` [batch, frames].
 * @returns logits [batch, frames, tokens]
 */
export function buildHead(network: Network, settings: HeadSettings, input: HeadInput, tokens: number): Value {
  const features = network.graph.input('features', ['batch', 'frames', input.layers * input.dims]);
  const mask = network.graph.input('mask', ['batch', 'frames']);
  return appendHead(network, settings, features, input, mask, tokens);
}

/**
 * Appends a head on values of the same network.
 * @param features [batch, frames, layers · dims]
 */
export function appendHead(
  network: Network,
  settings: HeadSettings,
  features: Value,
  input: HeadInput,
  mask: Value,
  tokens: number,
): Value {
  const mixed = input.layers === 1 ? features : mixLayers(network, features, input);
  const phoneLayer =
    settings.phones && norm(network, layerOf(network, features, input, settings.phones.at), 'head.phones.norm');
  const { x, beside } = network.specAugment(
    settings.plain ? mixed : norm(network, mixed, 'head.input_norm'),
    phoneLayer,
  );
  if (!settings.phones) return linear(network, hiddenOf(network, x, mask, settings), 'head.out', tokens);
  // What is learnt besides starts at nothing.
  const learnt = linear(network, hiddenOf(network, x, mask, settings), 'head.out', tokens, 0);
  return add(network.graph, learnt, spelledPhones(network, beside!, settings.phones.count, tokens));
}

/** One of the hidden layers in the features. */
function layerOf(network: Network, features: Value, input: HeadInput, at: number): Value {
  return input.layers === 1
    ? features
    : trim(network.graph, features, 2, at * input.dims, (input.layers - 1 - at) * input.dims);
}

/** Less of a token than this counts as nothing: a logarithm must not run away. */
const LEAST_SHARE = 1e-4;

/**
 * The logarithm of each token's probability if phones are spelled alike everywhere: the encoder's phones, each shared
 * out among tokens by a table that is learnt like all else.
 */
function spelledPhones(network: Network, hidden: Value, count: number, tokens: number): Value {
  const g = network.graph;
  const phones = softmax(g, linear(network, hidden, 'head.phones.out', count));
  const shares = softmax(g, network.parameter('head.spelling', [count, tokens], { value: 0 }));
  return g.node('Log', [add(g, matmul(g, phones, shares), g.scalar(LEAST_SHARE))]);
}

function hiddenOf(network: Network, x: Value, mask: Value, settings: HeadSettings): Value {
  const { dropout } = settings;
  switch (settings.kind) {
    case 'linear':
      return network.dropout(x, dropout);
    case 'mlp': {
      // Dropped before frames are put side by side: a mask of one frame's width, where one for all neighbours would be
      // most of the random numbers.
      const hidden = network.dropout(silencePadding(network, x, mask), dropout);
      return network.dropout(relu(network.graph, amongNeighbours(network, hidden, 'head.hidden', settings)), dropout);
    }
    case 'transformer': {
      const bias = attentionBias(network, mask);
      const block = { heads: 4, feedForward: 2 * settings.dims, dropout, depth: settings.blocks };
      let y = network.dropout(linear(network, x, 'head.in', settings.dims), dropout);
      for (let i = 0; i < settings.blocks; i++) y = transformerBlock(network, y, bias, `head.blocks.${i}`, block);
      return norm(network, y, 'head.output_norm');
    }
  }
}

/** Softmax weights over the layers, as SUPERB mixes them (Yang et al. 2021). */
function mixLayers(network: Network, features: Value, input: HeadInput): Value {
  const g = network.graph;
  const [batch, frames] = features.dims as [Dim, Dim];
  const weights = softmax(g, network.parameter('head.layer_weights', [1, input.layers], { value: 0 }));
  const layers = reshape(g, features, [batch, frames, input.layers, input.dims]);
  return reshape(g, matmul(g, weights, layers), [batch, frames, input.dims]);
}

/** A linear layer of each frame and its neighbours: [batch, frames, dims]. */
function amongNeighbours(network: Network, x: Value, name: string, { context, dims }: HeadSettings): Value {
  const gain = Math.SQRT2;
  const kernel = 2 * context + 1;
  if (!network.training || !paysFor(kernel)) return linear(network, splice(network, x, context), name, dims, gain);
  const { weight, bias } = linearParameters(network, name, kernel * (x.dims[2] as number), dims, gain);
  return add(network.graph, fastConvolution(network.graph, x, weight), bias);
}

/** Each frame with `context` neighbours on either side: [batch, frames, (2 · context + 1) · dims]. */
function splice(network: Network, x: Value, context: number): Value {
  if (context === 0) return x;
  const g = network.graph;
  const padded = pad(g, x, 1, context, context, 'padded');
  const shifted = (by: number): Value => ({ ...trim(g, padded, 1, by, 2 * context - by), dims: x.dims });
  return concat(
    g,
    Array.from({ length: 2 * context + 1 }, (_, i) => shifted(i)),
    2,
  );
}
