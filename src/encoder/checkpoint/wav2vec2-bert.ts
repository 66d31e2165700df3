import { z } from 'zod';
import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { add, mul, pad, transpose } from '../../onnx/graph/ops.ts';
import { feedForward, layerNorm, linear } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { conformerBlocks, conformerFields, NAMES } from './conformer-blocks.ts';
import { convolution } from './convolutions.ts';
import { conformerAdapter, lengthAdapterFields } from './length-adapter.ts';
import { attentionBias, silencePadding } from './padding.ts';
import { keyScores } from './relative-positions.ts';
import { positionsOf } from './wav2vec2-conformer.ts';

const count = z.number().int().nonnegative();

export const wav2vec2BertSchema = z
  .looseObject({
    hidden_size: count.positive().default(1024),
    num_hidden_layers: count.positive().max(1000).default(24),
    num_attention_heads: count.positive().default(16),
    intermediate_size: count.positive().default(4096),
    hidden_act: z.string().default('swish'),
    layer_norm_eps: z.number().positive().default(1e-5),
    ...conformerFields,
    feature_projection_input_dim: count.positive().default(160),
    position_embeddings_type: z.enum(['relative', 'rotary', 'relative_key']).nullish().default('relative_key'),
    left_max_position_embeddings: count.max(100_000).default(64),
    right_max_position_embeddings: count.max(100_000).default(8),
    ...lengthAdapterFields,
    num_adapter_layers: count.positive().max(8).default(1),
    adapter_act: z.string().default('relu'),
    use_intermediate_ffn_before_adapter: z.boolean().default(false),
  })
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, 'hidden_size is no multiple of num_attention_heads');

type Wav2Vec2BertConfig = z.infer<typeof wav2vec2BertSchema>;

/**
 * Wav2Vec2-BERT 2.0 (Seamless Communication 2023): a filter bank, [batch, frames, 160], through conformer blocks whose
 * convolutions look back only, and whose attention has learnt vectors for distances.
 */
export function buildWav2Vec2Bert(c: CheckpointGraph, config: Wav2Vec2BertConfig): Value {
  const g = c.graph;
  const input = g.input('input_features', ['batch', 'frames', config.feature_projection_input_dim]);
  const mask = g.input('attention_mask', ['batch', 'frames'], 'int64');
  const sound = g.node('Greater', [mask, g.integers([0])]);
  const x = silencePadding(
    c,
    linear(
      c,
      layerNorm(c, input, 'feature_projection.layer_norm', config.layer_norm_eps),
      'feature_projection.projection',
      config.hidden_size,
    ),
    sound,
  );
  const [left, right] = [config.left_max_position_embeddings, config.right_max_position_embeddings];
  const bias = attentionBias(c, sound);
  const last = conformerBlocks(c, x, config, {
    bias,
    positions:
      config.position_embeddings_type === 'relative_key'
        ? (name) => ({ scores: (query) => keyScores(c, x, query, name, { left, right }) })
        : positionsOf(c, x, config),
    prepared: (y) => silencePadding(c, y, sound),
    convolved: (y, name) => normalised(c, causal(c, y, name, config), name, config.layer_norm_eps),
    epsilon: config.layer_norm_eps,
  });
  c.adapted = adapted(c, last, config, { sound, bias });
  return last;
}

/** x [batch, dims, frames], each frame with those before it. */
function causal(
  c: CheckpointGraph,
  x: Value,
  name: string,
  { hidden_size: width, conv_depthwise_kernel_size: kernel }: Wav2Vec2BertConfig,
): Value {
  const frames = x.dims[2] as Dim;
  return convolution(c, pad(c.graph, x, 2, kernel - 1, 0, `${frames}+${kernel - 1}`), `${name}.depthwise_conv`, {
    width,
    kernel,
    groups: width,
    bias: false,
    frames,
  });
}

const normalised = (c: CheckpointGraph, x: Value, name: string, epsilon: number): Value =>
  transpose(
    c.graph,
    layerNorm(c, transpose(c.graph, x, [0, 2, 1]), `${name}.depthwise_layer_norm`, epsilon),
    [0, 2, 1],
  );

/** What stands between the last block and the head: half a feed-forward step, an adapter, either or none. */
function adapted(
  c: CheckpointGraph,
  last: Value,
  config: Wav2Vec2BertConfig,
  masks: { sound: Value; bias: Value },
): Value | undefined {
  const { use_intermediate_ffn_before_adapter: fed, intermediate_size: width, add_adapter: shortened } = config;
  if (!fed && !shortened) return undefined;
  const step = fed && feedForward(c, last, 'intermediate_ffn', { width, activation: 'relu' });
  const x = step ? add(c.graph, last, mul(c.graph, step, c.graph.scalar(0.5))) : last;
  return shortened ? conformerAdapter(c, x, config, { ...masks, names: NAMES }) : x;
}
