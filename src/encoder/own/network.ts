import type { Dim, Value } from '../../onnx/graph/graph.ts';
import {
  attentionBias,
  linear,
  norm,
  residualAdapter,
  silencePadding,
  transformerBlock,
} from '../../onnx/graph/layers.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { add, concat, matmul, relu, reshape, transpose, trim } from '../../onnx/graph/ops.ts';
import { CONV_KERNELS, CONV_STRIDES, type Architecture } from './architecture.ts';

export interface EncoderValues {
  /** Hidden layers [batch, frames, dims]: 0 is what enters the first block, k what leaves block k, the last one normalised. */
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
  const local = featureEncoder(network, audio, architecture);
  const projected = linear(network, norm(network, local, 'projection.norm'), 'projection', architecture.dims);
  const x = network.boundary(
    position(
      network,
      network.dropout(silencePadding(network, network.specAugment(projected).x, mask), dropout),
      architecture,
    ),
  );
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
    dropout,
    depth: architecture.blocks,
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

/** The hidden layer that a parameter is needed for: 0 below the first block, k inside block k (counted from 1), blocks for the last norm. */
export function layerOfParameter(name: string, architecture: Architecture): number {
  const block = /^blocks\.(\d+)\./.exec(name);
  if (block) return Number(block[1]) + 1;
  return name.startsWith('final_norm.') ? architecture.blocks : 0;
}

/** Seven strided convolutions, each normalised: [batch, samples] → [batch, frames, channels], a frame every 20 ms. */
function featureEncoder(network: Network, audio: Value, architecture: Architecture): Value {
  const g = network.graph;
  let x = reshape(g, audio, ['batch', 'samples', 1]);
  architecture.convWidths.forEach((width, i) => {
    const windows = windowed(network, x, CONV_KERNELS[i]!, CONV_STRIDES[i]!, i === 6 ? 'frames' : `steps${i}`);
    const name = `feature_encoder.${i}`;
    const fanIn = windows.dims.at(-1) as number;
    const weight = network.parameter(`${name}.weight`, [fanIn, width], { deviation: Math.sqrt(2 / fanIn) });
    // No bias: the normalisation that follows has one.
    x = network.boundary(relu(g, norm(network, matmul(g, windows, weight), `${name}.norm`)));
  });
  return x;
}

/**
 * A strided convolution's input windows, [batch, steps, channels] → [batch, steps / stride, kernel · channels], so that the
 * convolution is one matrix product: with channels last, neighbouring steps lie side by side, and a reshape joins them.
 * A kernel one stride wide needs no more; a wider one also takes the start of the next window.
 */
function windowed(network: Network, x: Value, kernel: number, stride: number, steps: Dim): Value {
  const g = network.graph;
  const [batch, , channels] = x.dims as [Dim, Dim, number];
  const excess = kernel - stride;
  if (excess === 0) return reshape(g, x, [batch, steps, stride * channels]);
  const joined = reshape(g, x, [batch, `${steps}+1`, stride * channels]);
  const here = trim(g, joined, 1, 0, 1);
  const places = [g.integers([1, 0]), g.integers([Number.MAX_SAFE_INTEGER, excess * channels]), g.integers([1, 2])];
  const next = g.node('Slice', [joined, ...places], {}, 'Slice', [batch, `${steps}+1-1`, excess * channels]);
  const windows = concat(g, [here, next], 2);
  return { ...windows, dims: [batch, steps, kernel * channels] };
}

/** Adds a grouped convolution of the neighbourhood: where a frame stands relative to others. */
function position(network: Network, x: Value, architecture: Architecture): Value {
  const g = network.graph;
  const { dims, positionKernel: kernel, positionGroups: groups } = architecture;
  const perGroup = dims / groups;
  const weight = network.parameter('position.weight', [dims, perGroup, kernel], {
    deviation: Math.sqrt(1 / (perGroup * kernel)),
  });
  const bias = network.parameter('position.bias', [dims], { value: 0 });
  const half = (kernel - 1) / 2;
  const attributes = { group: { int: groups }, pads: { ints: [half, half] } };
  const channelsFirst = transpose(g, x, [0, 2, 1]);
  const convolved = g.node('Conv', [channelsFirst, weight, bias], attributes, 'Conv', channelsFirst.dims);
  return add(g, x, relu(g, transpose(g, convolved, [0, 2, 1])));
}
