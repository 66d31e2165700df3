import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, mul } from '../../onnx/graph/ops.ts';
import { activation, attention, feedForward, layerNorm, type AttentionNames } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { channelsFirst, convolution, gatedLinearUnit } from './convolutions.ts';

const count = z.number().int().positive();

/** What config.json says of conformer blocks. */
export const conformerFields = {
  conv_depthwise_kernel_size: count.refine((kernel) => kernel % 2 === 1, 'is not odd').default(31),
  rotary_embedding_base: z.number().positive().default(10000),
};

export interface ConformerConfig {
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  intermediate_size: number;
  hidden_act: string;
  conv_depthwise_kernel_size: number;
  position_embeddings_type?: 'relative' | 'rotary' | 'relative_key' | null | undefined;
  rotary_embedding_base: number;
}

/** How the two encoders that have such blocks differ. */
export interface ConformerParts {
  /** What keeps attention off padding. */
  bias?: Value | undefined;
  /** What attention knows of positions, in the block of this name. */
  positions(name: string): { scores?: (query: Value) => Value; contentBias?: Value; turned?: (x: Value) => Value };
  /** What enters the convolution. */
  prepared(x: Value): Value;
  /** x [batch, dims, frames] → the same dims: the depthwise convolution, and what normalises it. */
  convolved(x: Value, name: string): Value;
  epsilon: number;
}

export const NAMES: AttentionNames = { query: 'linear_q', key: 'linear_k', value: 'linear_v', out: 'linear_out' };

/** Conformer blocks (Gulati et al. 2020): half a feed-forward step, attention, a convolution, half a step more. */
export function conformerBlocks(c: CheckpointGraph, x: Value, config: ConformerConfig, parts: ConformerParts): Value {
  const g = c.graph;
  const half = (y: Value, name: string): Value =>
    mul(
      g,
      feedForward(c, layerNorm(c, y, `${name}_layer_norm`, parts.epsilon), name, {
        width: config.intermediate_size,
        activation: config.hidden_act,
      }),
      g.scalar(0.5),
    );
  let y = x;
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const name = `encoder.layers.${i}`;
    y = add(g, half(y, `${name}.ffn1`), y);
    const { scores, contentBias, turned } = parts.positions(`${name}.self_attn`);
    y = add(
      g,
      attention(c, layerNorm(c, y, `${name}.self_attn_layer_norm`, parts.epsilon), `${name}.self_attn`, {
        heads: config.num_attention_heads,
        names: NAMES,
        bias: parts.bias,
        positions: scores,
        contentBias,
        turned,
      }),
      y,
    );
    y = add(g, y, convolutionModule(c, y, `${name}.conv_module`, config, parts));
    y = layerNorm(c, add(g, half(y, `${name}.ffn2`), y), `${name}.final_layer_norm`, parts.epsilon);
  }
  return y;
}

function convolutionModule(
  c: CheckpointGraph,
  x: Value,
  name: string,
  config: ConformerConfig,
  parts: ConformerParts,
): Value {
  const dims = config.hidden_size;
  return channelsFirst(c, parts.prepared(layerNorm(c, x, `${name}.layer_norm`, parts.epsilon)), (y) => {
    const gated = gatedLinearUnit(
      c,
      convolution(c, y, `${name}.pointwise_conv1`, { width: 2 * dims, kernel: 1, bias: false }),
    );
    const activated = activation(c, parts.convolved(gated, name), config.hidden_act);
    return convolution(c, activated, `${name}.pointwise_conv2`, { width: dims, kernel: 1, bias: false });
  });
}
