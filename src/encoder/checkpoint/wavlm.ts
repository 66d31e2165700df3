import { z } from 'zod';
import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { add, matmul, mul, reduceSum, reshape, sub, transpose, trim } from '../../onnx/graph/ops.ts';
import { attention } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { distances } from './distances.ts';
import { withLengthAdapter } from './length-adapter.ts';
import { framesWithPositions, postNormBlocks, preNormBlocks, wav2vec2Schema, type Attend } from './wav2vec2.ts';

export const wavlmSchema = wav2vec2Schema.safeExtend({
  num_buckets: z.number().int().min(4).max(100_000).default(320),
  max_bucket_distance: z.number().int().positive().max(1_000_000).default(800),
});

type WavLMConfig = z.infer<typeof wavlmSchema>;

/**
 * WavLM (Chen et al. 2022): Wav2Vec2's blocks, whose attention is biased by how far apart two frames are, as much as a
 * gate lets through.
 */
export function buildWavLM(c: CheckpointGraph, config: WavLMConfig): Value {
  const { x, sound, bias } = framesWithPositions(c, config);
  const far = distanceBias(c, x, config);
  const attend: Attend = (y, name) => {
    const gated = mul(c.graph, gate(c, y, name, config.num_attention_heads), far);
    return attention(c, y, name, { heads: config.num_attention_heads, bias: bias ? add(c.graph, gated, bias) : gated });
  };
  const last = config.do_stable_layer_norm
    ? preNormBlocks(c, x, config, bias, attend)
    : postNormBlocks(c, x, config, bias, attend);
  return withLengthAdapter(c, last, config, sound);
}

/**
 * A number for each head and two frames, by their distance: [1, heads, frames, frames]. Learnt in the first block, read
 * by all.
 */
function distanceBias(
  c: CheckpointGraph,
  x: Value,
  { num_buckets: buckets, max_bucket_distance: furthest, num_attention_heads: heads }: WavLMConfig,
): Value {
  const g = c.graph;
  const learnt = c.weight('encoder.layers.0.attention.rel_attn_embed.weight', [buckets, heads]);
  const table = g.constant(
    BigInt64Array.from({ length: 2 * furthest + 1 }, (_, i) => BigInt(bucketOf(i - furthest, buckets, furthest))),
    [2 * furthest + 1],
  );
  const byDistance = transpose(g, g.node('Gather', [learnt, table], {}, 'Gather', [2 * furthest + 1, heads]), [1, 0]);
  const [, frames] = x.dims as [Dim, Dim, Dim];
  const wide = g.node('Gather', [byDistance, distances(c, x, furthest, furthest)], { axis: { int: 1 } }, 'Gather', [
    heads,
    frames,
    frames,
  ]);
  return g.node('Unsqueeze', [wide, g.integers([0])], {}, 'Unsqueeze', [1, heads, frames, frames]);
}

/**
 * T5's buckets (Raffel et al. 2020): near distances each by itself, far ones by their logarithm; ahead and behind
 * apart. In float32, as PyTorch has them.
 */
export function bucketOf(distance: number, buckets: number, furthest: number): number {
  const half = Math.floor(buckets / 2);
  const exact = Math.floor(half / 2);
  const size = Math.abs(distance);
  const logarithm = Math.fround(
    Math.fround(Math.log(Math.fround(size / exact))) / Math.fround(Math.log(furthest / exact)),
  );
  const bucket =
    size < exact ? size : Math.min(half - 1, Math.trunc(Math.fround(exact + Math.fround(logarithm * (half - exact)))));
  return bucket + (distance > 0 ? half : 0);
}

/** How much of the bias each head lets through at each frame: x [batch, frames, dims] → [batch, heads, frames, 1]. */
function gate(c: CheckpointGraph, x: Value, name: string, heads: number): Value {
  const g = c.graph;
  const [batch, frames, dims] = x.dims as [Dim, Dim, number];
  const perHead = dims / heads;
  const apart = transpose(g, reshape(g, x, [batch, frames, heads, perHead]), [0, 2, 1, 3]);
  const weight = transpose(g, c.weight(`${name}.gru_rel_pos_linear.weight`, [8, perHead]), [1, 0]);
  const projected = add(g, matmul(g, apart, weight), c.weight(`${name}.gru_rel_pos_linear.bias`, [8]));
  const sums = reduceSum(
    g,
    g.node('Reshape', [projected, g.integers([0, 0, -1, 2, 4])], {}, 'Reshape', [batch, heads, frames, 2, 4]),
    [4],
    false,
  );
  const gates = g.node('Sigmoid', [sums]);
  const [first, second] = [trim(g, gates, 3, 0, 1), trim(g, gates, 3, 1, 0)];
  const level = mul(g, second, c.weight(`${name}.gru_rel_pos_const`, [1, heads, 1, 1]));
  return add(g, mul(g, first, sub(g, level, g.scalar(1))), g.scalar(2));
}
