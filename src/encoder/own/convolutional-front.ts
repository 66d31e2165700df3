import { windowed } from '../../onnx/graph/strided-windows.ts';
import type { Value } from '../../onnx/graph/graph.ts';
import { linear, norm, silencePadding } from '../../onnx/graph/layers.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { add, matmul, relu, reshape, transpose } from '../../onnx/graph/ops.ts';
import { CONV_KERNELS, CONV_STRIDES, type ConvolutionalArchitecture } from './architecture.ts';

/**
 * From sound to what enters the first block, as Wav2Vec2 does it (Baevski et al. 2020): convolutions over the wave
 * itself, and one over the frames that tells positions apart.
 * @param audio [batch, samples], each recording at zero mean and unit variance
 * @param mask [batch, frames]
 * @returns [batch, frames, dims]
 */
export function convolutionalFront(
  network: Network,
  audio: Value,
  mask: Value,
  architecture: ConvolutionalArchitecture,
  dropout: number,
): Value {
  const local = featureEncoder(network, audio, architecture);
  const projected = linear(network, norm(network, local, 'projection.norm'), 'projection', architecture.dims);
  return position(
    network,
    network.dropout(silencePadding(network, network.specAugment(projected).x, mask), dropout),
    architecture,
  );
}

/** Seven strided convolutions, each normalised: [batch, samples] → [batch, frames, channels], a frame every 20 ms. */
function featureEncoder(network: Network, audio: Value, architecture: ConvolutionalArchitecture): Value {
  const g = network.graph;
  let x = reshape(g, audio, ['batch', 'samples', 1]);
  architecture.convWidths.forEach((width, i) => {
    const windows = windowed(g, x, CONV_KERNELS[i]!, CONV_STRIDES[i]!, i === 6 ? 'frames' : `steps${i}`);
    const name = `feature_encoder.${i}`;
    const fanIn = windows.dims.at(-1) as number;
    const weight = network.parameter(`${name}.weight`, [fanIn, width], { deviation: Math.sqrt(2 / fanIn) });
    // No bias: the normalisation that follows has one.
    x = network.boundary(relu(g, norm(network, matmul(g, windows, weight), `${name}.norm`)));
  });
  return x;
}

/** Adds a grouped convolution of the neighbourhood: where a frame stands relative to others. */
function position(network: Network, x: Value, architecture: ConvolutionalArchitecture): Value {
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
