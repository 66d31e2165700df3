import type { Weights } from '../../onnx/training/engine.ts';
import type { Value } from '../../onnx/graph/graph.ts';
import type { Network } from '../../onnx/graph/network.ts';
import type { Architecture } from './architecture.ts';
import type { Upper, Whole } from '../exported/split.ts';
import { buildEncoder, buildUpperBlocks, layerOfParameter, type EncoderValues } from './network.ts';

/** An encoder's layers as training puts them into a network. */
export interface LayerBuilder {
  /** Numbers a frame. */
  readonly dims: number;
  /** The number of its highest hidden layer. */
  readonly top: number;
  /** Pretrained values of the parameters that it makes; none for a new encoder. */
  readonly weights: Weights;
  /**
   * The layers above a cut.
   * @param hidden hidden layer `cut`, [batch, frames, dims]
   * @param mask [batch, frames], 1 on frames that are there
   * @returns hidden layers cut + 1 … until
   */
  upper(network: Network, range: { cut: number; until: number }, hidden: Value, mask: Value, dropout: number): Value[];
  /** All layers, from the sound; absent where only those above a cut were opened. */
  whole?(network: Network, until: number, dropout: number): EncoderValues;
  /** The hidden layer that a parameter works for; 0 below the first block. */
  layerOf(parameter: string): number;
  /** Whether a parameter belongs to the convolutions that make frames of samples. */
  isConvolution(parameter: string): boolean;
}

/** Layers of isogloss's own network. */
export function ownLayers(architecture: Architecture, weights: Weights): LayerBuilder {
  return {
    dims: architecture.dims,
    top: architecture.blocks,
    weights,
    upper: (network, range, hidden, mask, dropout) =>
      buildUpperBlocks(network, architecture, range, hidden, mask, dropout),
    whole: (network, until, dropout) => buildEncoder(network, architecture, dropout, until),
    layerOf: (parameter) => layerOfParameter(parameter, architecture),
    isConvolution: (parameter) => parameter.startsWith('feature_encoder.'),
  };
}

/** Layers above a cut of an encoder that others exported. */
export function exportedLayers(upper: Upper): LayerBuilder {
  return {
    dims: upper.dims,
    top: upper.hidden.layers.length - 1,
    weights: upper.weights,
    layerOf: (parameter) => upper.layerOf(parameter),
    isConvolution: () => false,
    upper: (network, { cut, until }, hidden, mask, dropout) =>
      upper.build(network, hidden, mask, dropout).slice(0, until - cut),
  };
}

/** All layers of an encoder that others exported. */
export function exportedWhole(encoder: Whole): LayerBuilder {
  return {
    dims: encoder.dims,
    top: encoder.hidden.layers.length - 1,
    weights: encoder.weights,
    layerOf: (parameter) => encoder.layerOf(parameter),
    isConvolution: (parameter) => encoder.isConvolution(parameter),
    upper: () => {
      throw new Error('this encoder was opened from the sound up');
    },
    whole: (network, until, dropout) => {
      const audio = network.graph.input('audio', ['batch', 'samples']);
      const mask = network.graph.input('mask', ['batch', 'frames']);
      return { hidden: encoder.build(network, audio, mask, dropout).slice(0, until + 1), mask };
    },
  };
}
