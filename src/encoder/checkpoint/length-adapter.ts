import { z } from 'zod';
import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { add, castToFloat, div, mul, pad, sub } from '../../onnx/graph/ops.ts';
import { InputError } from '../../support/errors.ts';
import { attention, feedForward, layerNorm, type AttentionNames } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { channelsFirst, convolution, gatedLinearUnit } from './convolutions.ts';
import { places, silencePadding } from './padding.ts';

const count = z.number().int().positive();
const KERNEL = 3;
const STRIDE = 2;

/** What config.json says of an adapter that shortens what the encoder gives. */
export const lengthAdapterFields = {
  add_adapter: z.boolean().nullish(),
  num_adapter_layers: count.max(8).default(3),
  adapter_kernel_size: count.default(KERNEL),
  adapter_stride: count.default(STRIDE),
  output_hidden_size: count.nullish(),
};

export interface LengthAdapterConfig {
  hidden_size: number;
  add_adapter?: boolean | null | undefined;
  num_adapter_layers: number;
  adapter_kernel_size: number;
  adapter_stride: number;
  output_hidden_size?: number | null | undefined;
}

/** The last hidden layer as it is; with what the adapter makes of it beside, where the checkpoint has one. */
export function withLengthAdapter(c: CheckpointGraph, last: Value, config: LengthAdapterConfig, sound?: Value): Value {
  if (config.add_adapter) c.adapted = lengthAdapter(c, last, config, sound);
  return last;
}

/**
 * The adapter between an encoder and its head (`add_adapter`; Li et al. 2021, as in fairseq S2T): each of its layers
 * gives a frame for two. Here it stays at the encoder's rate, so that all that goes by frames goes on: the strided
 * convolution of a layer looks at every frame, of which each second is what it would have given, and the next layer's
 * is dilated to see those alone. At the end each of them stands in the place of those that it is given for. CTC reads
 * the same letters, since it takes a frame said twice for one.
 * @param x [batch, frames, dims], the last hidden layer
 * @param sound [batch, frames], true on sound; all is, if absent
 * @returns the same dims
 */
function lengthAdapter(c: CheckpointGraph, x: Value, config: LengthAdapterConfig, sound?: Value): Value {
  refuseOthers(config);
  let y = x;
  for (let layer = 0; layer < config.num_adapter_layers; layer++)
    y = shortening(c, sound ? silencePadding(c, y, sound) : y, `adapter.layers.${layer}.conv`, STRIDE ** layer);
  return held(c, y, STRIDE ** config.num_adapter_layers);
}

interface ConformerAdapterConfig extends LengthAdapterConfig {
  num_attention_heads: number;
  intermediate_size: number;
  adapter_act: string;
  layer_norm_eps: number;
}

/**
 * Wav2Vec2-BERT's: each layer is a block of attention and feed-forward, whose input and residual are shortened.
 * @param bias what keeps attention off padding
 */
export function conformerAdapter(
  c: CheckpointGraph,
  x: Value,
  config: ConformerAdapterConfig,
  { sound, bias, names }: { sound: Value; bias: Value; names: AttentionNames },
): Value {
  refuseOthers(config);
  const { num_attention_heads: heads, intermediate_size: width, adapter_act: act, layer_norm_eps: epsilon } = config;
  const g = c.graph;
  let y = x;
  for (let layer = 0; layer < config.num_adapter_layers; layer++) {
    const name = `adapter.layers.${layer}`;
    const shortened = (part: string): Value => {
      const normalised = layerNorm(c, y, `${name}.${part}_layer_norm`, epsilon);
      return shortening(c, silencePadding(c, normalised, sound), `${name}.${part}_conv`, STRIDE ** layer);
    };
    const residual = shortened('residual');
    // Frames in between are not there for attention.
    const between = g.node(
      'Unsqueeze',
      [mul(g, sub(g, firsts(c, y, STRIDE ** (layer + 1)), g.scalar(1)), g.scalar(1e4)), g.integers([0, 1, 2])],
      {},
      'Unsqueeze',
      [1, 1, 1, y.dims[1]!],
    );
    const attended = attention(c, shortened('self_attn'), `${name}.self_attn`, {
      ...{ heads, names, bias },
      positions: () => between,
    });
    const middle = add(g, attended, residual);
    const normalised = layerNorm(c, middle, `${name}.ffn_layer_norm`, epsilon);
    y = add(g, feedForward(c, normalised, `${name}.ffn`, { width, activation: act }), middle);
  }
  return held(c, y, STRIDE ** config.num_adapter_layers);
}

function refuseOthers(config: LengthAdapterConfig): void {
  const { adapter_kernel_size: kernel, adapter_stride: stride, output_hidden_size: dims } = config;
  if (kernel === KERNEL && stride === STRIDE && (dims ?? config.hidden_size) === config.hidden_size) return;
  const width = dims ?? config.hidden_size;
  throw new InputError(
    `its adapter (add_adapter) has a kernel of ${kernel}, a stride of ${stride} and ${width} dims; ` +
      `isogloss has such with ${KERNEL}, ${STRIDE} and as many dims as the encoder (${config.hidden_size})`,
    'Set "add_adapter": false in config.json to train a head on the encoder alone.',
  );
}

/** A strided convolution, in the frames that it gives. @param step how far apart the frames are that it sees */
const shortening = (c: CheckpointGraph, x: Value, name: string, step: number): Value =>
  channelsFirst(c, x, (y) =>
    gatedLinearUnit(
      c,
      convolution(c, y, name, { width: 2 * (x.dims[2] as number), kernel: KERNEL, padding: step, dilation: step }),
    ),
  );

/** Each `step`-th frame of x [batch, frames, dims] in its own place and those up to the next. */
function held(c: CheckpointGraph, x: Value, step: number): Value {
  const g = c.graph;
  const first = g.node('Unsqueeze', [firsts(c, x, step), g.integers([1])], {}, 'Unsqueeze', [x.dims[1]!, 1]);
  let y = mul(g, x, first);
  for (let by = 1; by < step; by *= 2) y = add(g, y, later(c, y, by));
  return y;
}

/** 1 at each `step`-th frame, else 0: [frames]. @param x [batch, frames, …] */
function firsts(c: CheckpointGraph, x: Value, step: number): Value {
  const g = c.graph;
  const [all, by] = [places(c, x), g.integers([step])];
  const rest = sub(g, all, mul(g, div(g, all, by), by));
  return castToFloat(g, g.node('Less', [rest, g.integers([1])]));
}

/** x [batch, frames, dims], some frames later. */
function later(c: CheckpointGraph, x: Value, by: number): Value {
  const g = c.graph;
  const [, frames] = x.dims as [Dim, Dim, Dim];
  const padded = pad(g, x, 1, by, 0, `${frames}+${by}`);
  return g.node('Slice', [padded, g.integers([0]), g.integers([-by]), g.integers([1])], {}, 'Slice', x.dims);
}
