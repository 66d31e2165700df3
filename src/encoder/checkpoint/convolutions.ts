import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { mul, transpose, trim } from '../../onnx/graph/ops.ts';
import { activation, layerNorm } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';

/** The strided convolutions of a config.json. */
export interface ConvolutionSettings {
  conv_dim: readonly number[];
  conv_kernel: readonly number[];
  conv_stride: readonly number[];
  conv_bias: boolean;
  /** `group`: the first is normalised over time, a channel at a time; `layer`: each over its channels. */
  feat_extract_norm: 'group' | 'layer';
  feat_extract_activation: string;
}

/**
 * The convolutions that make frames of samples (Baevski et al. 2020): audio [batch, samples] → [batch, frames,
 * channels].
 * @param name of the module, with the convolutions in `conv_layers`
 */
export function stridedConvolutions(
  c: CheckpointGraph,
  audio: Value,
  name: string,
  config: ConvolutionSettings,
): Value {
  const g = c.graph;
  let x = g.node('Unsqueeze', [audio, g.integers([1])], {}, 'Unsqueeze', [audio.dims[0]!, 1, audio.dims[1]!]);
  config.conv_dim.forEach((width, i) => {
    const layer = `${name}.conv_layers.${i}`;
    const last = i === config.conv_dim.length - 1;
    const y = convolution(c, x, `${layer}.conv`, {
      width,
      kernel: config.conv_kernel[i]!,
      stride: config.conv_stride[i]!,
      bias: config.conv_bias,
      frames: last ? 'frames' : `steps${i}`,
    });
    x = activation(
      c,
      normalised(c, y, `${layer}.layer_norm`, config.feat_extract_norm, i),
      config.feat_extract_activation,
    );
  });
  return transpose(g, x, [0, 2, 1]);
}

interface Convolution {
  width: number;
  kernel: number;
  stride?: number;
  padding?: number;
  dilation?: number;
  groups?: number;
  bias?: boolean;
  /** What its frames are called, where they are not as many as went in. */
  frames?: Dim;
}

/** x [batch, channels, frames] → [batch, width, frames′]. */
export function convolution(c: CheckpointGraph, x: Value, name: string, settings: Convolution): Value {
  const { width, kernel, groups = 1, bias = true } = settings;
  const weight = c.weight(`${name}.weight`, [width, (x.dims[1] as number) / groups, kernel]);
  return convolutionWith(c, x, [weight, ...(bias ? [c.weight(`${name}.bias`, [width])] : [])], settings);
}

/** The same with a kernel that the graph makes, and a bias if there is one. */
export function convolutionWith(
  c: CheckpointGraph,
  x: Value,
  weights: readonly Value[],
  { width, stride = 1, padding = 0, dilation = 1, groups = 1, frames = x.dims[2]! }: Omit<Convolution, 'kernel'>,
): Value {
  const attributes = {
    kernel_shape: { ints: [weights[0]!.dims[2] as number] },
    strides: { ints: [stride] },
    pads: { ints: [padding, padding] },
    ...(dilation > 1 ? { dilations: { ints: [dilation] } } : {}),
    group: { int: groups },
  };
  return c.graph.node('Conv', [x, ...weights], attributes, 'Conv', [x.dims[0]!, width, frames]);
}

/** x [batch, channels, frames] */
function normalised(c: CheckpointGraph, x: Value, name: string, norm: 'group' | 'layer', layer: number): Value {
  const g = c.graph;
  if (norm === 'layer') return transpose(g, layerNorm(c, transpose(g, x, [0, 2, 1]), name), [0, 2, 1]);
  if (layer > 0) return x;
  const channels = [x.dims[1] as number];
  return g.node(
    'InstanceNormalization',
    [x, c.weight(`${name}.weight`, channels), c.weight(`${name}.bias`, channels)],
    { epsilon: { float: 1e-5 } },
  );
}

/**
 * The convolution that tells positions apart, its kernel normalised (Salimans & Kingma 2016): a length for each of the
 * kernel's places, and a direction. x [batch, frames, dims] → the same dims.
 * @param name of the module, in which it is `conv`
 */
export function positionConvolution(
  c: CheckpointGraph,
  x: Value,
  name: string,
  config: { num_conv_pos_embeddings: number; num_conv_pos_embedding_groups: number; feat_extract_activation: string },
): Value {
  const g = c.graph;
  const dims = x.dims[2] as number;
  const { num_conv_pos_embeddings: kernel, num_conv_pos_embedding_groups: groups } = config;
  const weights = [
    normalisedKernel(c, `${name}.conv`, [dims, dims / groups, kernel]),
    c.weight(`${name}.conv.bias`, [dims]),
  ];
  const channels = transpose(g, x, [0, 2, 1]);
  const y = convolutionWith(c, channels, weights, {
    width: dims,
    padding: Math.floor(kernel / 2),
    groups,
    frames: kernel % 2 === 0 ? 'frames+1' : channels.dims[2]!,
  });
  return transpose(
    g,
    activation(c, kernel % 2 === 0 ? withoutLast(c, y, channels.dims[2]!) : y, config.feat_extract_activation),
    [0, 2, 1],
  );
}

/** As torch names the two parts since version 2, or as it did before. */
function normalisedKernel(c: CheckpointGraph, name: string, dims: readonly [number, number, number]): Value {
  const g = c.graph;
  const names = c.has(`${name}.weight_g`)
    ? ['weight_g', 'weight_v']
    : ['parametrizations.weight.original0', 'parametrizations.weight.original1'];
  const [length, direction] = [c.weight(`${name}.${names[0]}`, [1, 1, dims[2]]), c.weight(`${name}.${names[1]}`, dims)];
  const squares = g.node('ReduceSumSquare', [direction, g.integers([0, 1])], { keepdims: { int: 1 } });
  return g.node('Mul', [direction, g.node('Div', [length, g.node('Sqrt', [squares])])]);
}

/** An even kernel sees a frame more at the end. */
export function withoutLast(c: CheckpointGraph, x: Value, frames: Dim): Value {
  const g = c.graph;
  return g.node('Slice', [x, g.integers([0]), g.integers([-1]), g.integers([2])], {}, 'Slice', [
    x.dims[0]!,
    x.dims[1]!,
    frames,
  ]);
}

/** x [batch, frames, dims] with its channels first, through `change`, and back. */
export function channelsFirst(c: CheckpointGraph, x: Value, change: (x: Value) => Value): Value {
  return transpose(c.graph, change(transpose(c.graph, x, [0, 2, 1])), [0, 2, 1]);
}

/**
 * One half of the channels, as much as the other lets through (Dauphin et al. 2017): [batch, 2 · dims, frames] →
 * [batch, dims, frames].
 */
export function gatedLinearUnit(c: CheckpointGraph, x: Value): Value {
  const g = c.graph;
  const dims = (x.dims[1] as number) / 2;
  return mul(g, trim(g, x, 1, 0, dims), g.node('Sigmoid', [trim(g, x, 1, dims, 0)]));
}
