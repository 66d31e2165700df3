import type { Value } from '../../onnx/graph/graph.ts';
import { attentionBias, norm, residualAdapter, transformerBlock } from '../../onnx/graph/layers.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { hearsLogMel, type Architecture } from './architecture.ts';
import { convolutionalFront } from './convolutional-front.ts';
import { logMelFront } from './log-mel-front.ts';

export interface EncoderValues {
  /**
   * Hidden layers [batch, frames, dims]: 0 is what enters the first block, k what leaves block k, the last one
   * normalised.
   */
  hidden: Value[];
  /** [batch, frames] */
  mask: Value;
}

/**
 * Appends the encoder. Inputs: `audio` [batch, samples], each recording at zero mean and unit variance, padded to
 * `paddedSamples`; `mask` [batch, frames], 1 on frames that are there.
 * @param dropout of the blocks, while training
 * @param until the highest hidden layer to build
 */
export function buildEncoder(
  network: Network,
  architecture: Architecture,
  dropout = 0,
  until = architecture.blocks,
): EncoderValues {
  const audio = network.graph.input('audio', ['batch', 'samples']);
  const mask = network.graph.input('mask', ['batch', 'frames']);
  const front = hearsLogMel(architecture)
    ? logMelFront(network, audio, mask, architecture)
    : convolutionalFront(network, audio, mask, architecture, dropout);
  const x = network.boundary(front);
  return { hidden: [x, ...buildUpperBlocks(network, architecture, { cut: 0, until }, x, mask, dropout)], mask };
}

/**
 * Appends the blocks above a cut, up to hidden layer `until`.
 * @param x hidden layer `cut`, [batch, frames, dims]
 * @param mask [batch, frames], 1 on frames that are there
 * @returns hidden layers cut + 1 … until
 */
export function buildUpperBlocks(
  network: Network,
  architecture: Architecture,
  { cut, until }: { cut: number; until: number },
  x: Value,
  mask: Value,
  dropout = 0,
): Value[] {
  const bias = attentionBias(network, mask);
  const settings = {
    heads: architecture.heads,
    feedForward: architecture.feedForward,
    // Whisper has none, and takes none: among its large numbers, one that is missing makes all others large.
    dropout: hearsLogMel(architecture) ? 0 : dropout,
    depth: architecture.blocks,
    activation: hearsLogMel(architecture) ? ('gelu' as const) : ('relu' as const),
  };
  const hidden: Value[] = [];
  for (let i = cut; i < until; i++) {
    const left = transformerBlock(network, hidden.at(-1) ?? x, bias, blockName(i), settings);
    hidden.push(
      network.boundary(
        network.adapterDims ? residualAdapter(network, left, `${blockName(i)}.adapter`, network.adapterDims) : left,
      ),
    );
  }
  if (until === architecture.blocks && hidden.length > 0) hidden.push(norm(network, hidden.pop()!, 'final_norm'));
  return hidden;
}

const blockName = (i: number): string => `blocks.${i}`;

/**
 * The hidden layer that a parameter is needed for: 0 below the first block, k inside block k (counted from 1), blocks
 * for the last norm.
 */
export function layerOfParameter(name: string, architecture: Architecture): number {
  const block = /^blocks\.(\d+)\./.exec(name);
  if (block) return Number(block[1]) + 1;
  return name.startsWith('final_norm.') ? architecture.blocks : 0;
}
