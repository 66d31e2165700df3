import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, div, mul, reshape, sqrt, sub } from '../../onnx/graph/ops.ts';
import { layerNorm } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { conformerBlocks, conformerFields, type ConformerConfig, type ConformerParts } from './conformer-blocks.ts';
import { convolution, stridedConvolutions } from './convolutions.ts';
import { withLengthAdapter } from './length-adapter.ts';
import { attentionBias, framesOfSound, silencePadding } from './padding.ts';
import { positionBias, relativeScores, relativeSinusoids, rotated } from './relative-positions.ts';
import { projection, wav2vec2Schema } from './wav2vec2.ts';

export const wav2vec2ConformerSchema = wav2vec2Schema.safeExtend({
  ...conformerFields,
  position_embeddings_type: z.enum(['relative', 'rotary']).nullish().default('relative'),
});

type Wav2Vec2ConformerConfig = z.infer<typeof wav2vec2ConformerSchema>;

/** Wav2Vec2-Conformer (fairseq S2T, Wang et al. 2020): Wav2Vec2's frames, conformer blocks. */
export function buildWav2Vec2Conformer(c: CheckpointGraph, config: Wav2Vec2ConformerConfig): Value {
  const audio = c.graph.input('input_values', ['batch', 'samples']);
  const local = stridedConvolutions(c, audio, 'feature_extractor', config);
  const projected = projection(c, local, config);
  const sound = config.feat_extract_norm === 'layer' ? framesOfSound(c, local, config) : undefined;
  const x = sound ? silencePadding(c, projected, sound) : projected;
  const blocks = conformerBlocks(c, x, config, {
    bias: sound && attentionBias(c, sound),
    positions: positionsOf(c, x, config),
    prepared: (y) => y,
    convolved: (y, name) => batchNorm(c, depthwise(c, y, name, config), `${name}.batch_norm`),
    epsilon: 1e-5,
  });
  return withLengthAdapter(c, layerNorm(c, blocks, 'encoder.layer_norm', config.layer_norm_eps), config, sound);
}

/** What attention knows of positions: `relative` as in Transformer-XL, `rotary` by turning what it compares. */
export function positionsOf(c: CheckpointGraph, x: Value, config: ConformerConfig): ConformerParts['positions'] {
  const heads = config.num_attention_heads;
  if (config.position_embeddings_type === 'rotary')
    return () => ({ turned: (y) => rotated(c, y, heads, config.rotary_embedding_base) });
  if (config.position_embeddings_type !== 'relative') return () => ({});
  const sinusoids = relativeSinusoids(c, x);
  return (name) => ({
    scores: (query) => relativeScores(c, query, sinusoids, name),
    contentBias: positionBias(c, `${name}.pos_bias_u`, heads, config.hidden_size / heads),
  });
}

function depthwise(
  c: CheckpointGraph,
  x: Value,
  name: string,
  { hidden_size: width, conv_depthwise_kernel_size: kernel }: ConformerConfig,
): Value {
  return convolution(c, x, `${name}.depthwise_conv`, {
    width,
    kernel,
    groups: width,
    padding: (kernel - 1) / 2,
    bias: false,
  });
}

/** With the statistics of pretraining (Ioffe & Szegedy 2015): x [batch, dims, frames]. */
function batchNorm(c: CheckpointGraph, x: Value, name: string): Value {
  const g = c.graph;
  const dims = x.dims[1] as number;
  const part = (key: string): Value => reshape(g, c.weight(`${name}.${key}`, [dims]), [dims, 1]);
  const deviation = sqrt(g, add(g, part('running_var'), g.scalar(1e-5)));
  return add(g, mul(g, div(g, sub(g, x, part('running_mean')), deviation), part('weight')), part('bias'));
}
