import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, relu } from '../../onnx/graph/ops.ts';
import { attention, feedForward, layerNorm, linear } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { positionConvolution, stridedConvolutions } from './convolutions.ts';
import { lengthAdapterFields, withLengthAdapter } from './length-adapter.ts';
import { attentionBias, framesOfSound, silencePadding } from './padding.ts';

const count = z.number().int().positive();
const counts = z.array(count).min(1).max(64);

/** What config.json says of the encoders of this family; what it leaves out is as transformers has it by default. */
export const wav2vec2Schema = z
  .looseObject({
    hidden_size: count.default(768),
    num_hidden_layers: count.max(1000).default(12),
    num_attention_heads: count.default(12),
    intermediate_size: count.default(3072),
    hidden_act: z.string().default('gelu'),
    layer_norm_eps: z.number().positive().default(1e-5),
    conv_dim: counts.default([512, 512, 512, 512, 512, 512, 512]),
    conv_kernel: counts.default([10, 3, 3, 3, 3, 2, 2]),
    conv_stride: counts.default([5, 2, 2, 2, 2, 2, 2]),
    conv_bias: z.boolean().default(false),
    feat_extract_norm: z.enum(['group', 'layer']).default('group'),
    feat_extract_activation: z.string().default('gelu'),
    num_conv_pos_embeddings: count.default(128),
    num_conv_pos_embedding_groups: count.default(16),
    do_stable_layer_norm: z.boolean().default(false),
    feat_proj_layer_norm: z.boolean().default(true),
    /** Width of the language adapters behind the blocks of MMS. */
    adapter_attn_dim: count.nullish(),
    ...lengthAdapterFields,
  })
  .refine(
    (c) => c.conv_dim.length === c.conv_kernel.length && c.conv_dim.length === c.conv_stride.length,
    'conv_dim, conv_kernel and conv_stride are not of the same length',
  )
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, 'hidden_size is no multiple of num_attention_heads')
  .refine(
    (c) => c.hidden_size % c.num_conv_pos_embedding_groups === 0,
    'hidden_size is no multiple of num_conv_pos_embedding_groups',
  );

export type Wav2Vec2Config = z.infer<typeof wav2vec2Schema>;

/**
 * Wav2Vec2 (Baevski et al. 2020) in both forms: `base`, with blocks that normalise behind themselves, and `large`
 * (XLS-R, MMS), with blocks that normalise first (`do_stable_layer_norm`). HuBERT and UniSpeech-SAT are built alike.
 */
export function buildWav2Vec2(c: CheckpointGraph, config: Wav2Vec2Config): Value {
  const { x, sound, bias } = framesWithPositions(c, config);
  const last = config.do_stable_layer_norm ? preNormBlocks(c, x, config, bias) : postNormBlocks(c, x, config, bias);
  return withLengthAdapter(c, last, config, sound);
}

/**
 * From the sound to what the blocks hear; and what keeps their attention off padding, where the encoder takes a mask.
 */
export function framesWithPositions(
  c: CheckpointGraph,
  config: Wav2Vec2Config,
): { x: Value; sound?: Value; bias?: Value } {
  const audio = c.graph.input('input_values', ['batch', 'samples']);
  const local = stridedConvolutions(c, audio, 'feature_extractor', config);
  const projected = projection(c, local, config);
  // What normalises over time has padding in all it says: such encoders were trained without a mask.
  if (config.feat_extract_norm === 'group') return { x: withPositions(c, projected, config) };
  const sound = framesOfSound(c, local, config);
  return { x: withPositions(c, silencePadding(c, projected, sound), config), sound, bias: attentionBias(c, sound) };
}

export function projection(c: CheckpointGraph, x: Value, config: Wav2Vec2Config): Value {
  const input = config.feat_proj_layer_norm
    ? layerNorm(c, x, 'feature_projection.layer_norm', config.layer_norm_eps)
    : x;
  return linear(c, input, 'feature_projection.projection', config.hidden_size);
}

const withPositions = (c: CheckpointGraph, x: Value, config: Wav2Vec2Config): Value =>
  add(c.graph, x, positionConvolution(c, x, 'encoder.pos_conv_embed', config));

/** Attention with something of its own: WavLM's. */
export type Attend = (x: Value, name: string, layer: number) => Value;

const plainAttention =
  (c: CheckpointGraph, config: Wav2Vec2Config, bias: Value | undefined): Attend =>
  (x, name) =>
    attention(c, x, name, { heads: config.num_attention_heads, bias });

/** x → norm(x + attention(x)) → norm(x + feed-forward(x)). */
export function postNormBlocks(
  c: CheckpointGraph,
  x: Value,
  config: Wav2Vec2Config,
  bias?: Value,
  attend = plainAttention(c, config, bias),
): Value {
  const g = c.graph;
  let y = layerNorm(c, x, 'encoder.layer_norm', config.layer_norm_eps);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const name = `encoder.layers.${i}`;
    const middle = layerNorm(
      c,
      add(g, y, attend(y, `${name}.attention`, i)),
      `${name}.layer_norm`,
      config.layer_norm_eps,
    );
    y = layerNorm(c, add(g, middle, fed(c, middle, name, config)), `${name}.final_layer_norm`, config.layer_norm_eps);
  }
  return y;
}

/**
 * x → x + attention(norm(x)) → x + feed-forward(norm(x)); with a language adapter behind, where the checkpoint has
 * them; normalised at the end.
 */
export function preNormBlocks(
  c: CheckpointGraph,
  x: Value,
  config: Wav2Vec2Config,
  bias?: Value,
  attend = plainAttention(c, config, bias),
): Value {
  const g = c.graph;
  let y = x;
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const name = `encoder.layers.${i}`;
    const middle = add(
      g,
      y,
      attend(layerNorm(c, y, `${name}.layer_norm`, config.layer_norm_eps), `${name}.attention`, i),
    );
    y = add(g, middle, fed(c, layerNorm(c, middle, `${name}.final_layer_norm`, config.layer_norm_eps), name, config));
    if (config.adapter_attn_dim) y = add(g, y, languageAdapter(c, y, `${name}.adapter_layer`, config.adapter_attn_dim));
  }
  return layerNorm(c, y, 'encoder.layer_norm', config.layer_norm_eps);
}

const fed = (c: CheckpointGraph, x: Value, name: string, config: Wav2Vec2Config): Value =>
  feedForward(c, x, `${name}.feed_forward`, { width: config.intermediate_size, activation: config.hidden_act });

/** What MMS has for each language (Pratap et al. 2023). */
function languageAdapter(c: CheckpointGraph, x: Value, name: string, width: number): Value {
  const narrow = relu(c.graph, linear(c, layerNorm(c, x, `${name}.norm`), `${name}.linear_1`, width));
  return linear(c, narrow, `${name}.linear_2`, x.dims.at(-1) as number);
}
