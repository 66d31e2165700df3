import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, transpose } from '../../onnx/graph/ops.ts';
import { activation } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { channelsFirst, convolution, stridedConvolutions, withoutLast } from './convolutions.ts';
import { withLengthAdapter } from './length-adapter.ts';
import { attentionBias, framesOfSound, silencePadding } from './padding.ts';
import { postNormBlocks, projection, wav2vec2Schema } from './wav2vec2.ts';

export const data2VecAudioSchema = wav2vec2Schema.safeExtend({
  conv_pos_kernel_size: z.number().int().positive().default(19),
  /** Here, how many convolutions tell positions apart. */
  num_conv_pos_embeddings: z.number().int().positive().max(1000).default(5),
});

type Data2VecAudioConfig = z.infer<typeof data2VecAudioSchema>;

/**
 * Data2Vec-audio (Baevski et al. 2022): Wav2Vec2 base with all convolutions normalised, and positions told apart by
 * several small ones.
 */
export function buildData2VecAudio(c: CheckpointGraph, config: Data2VecAudioConfig): Value {
  const audio = c.graph.input('input_values', ['batch', 'samples']);
  const local = stridedConvolutions(c, audio, 'feature_extractor', { ...config, feat_extract_norm: 'layer' });
  const sound = framesOfSound(c, local, config);
  const x = silencePadding(c, projection(c, local, config), sound);
  const placed = add(
    c.graph,
    x,
    channelsFirst(c, x, (y) => positions(c, y, config)),
  );
  return withLengthAdapter(c, postNormBlocks(c, placed, config, attentionBias(c, sound)), config, sound);
}

/** x [batch, dims, frames] → the same dims. */
function positions(c: CheckpointGraph, x: Value, config: Data2VecAudioConfig): Value {
  const { conv_pos_kernel_size: kernel, num_conv_pos_embedding_groups: groups, hidden_size: width } = config;
  let y = x;
  for (let i = 0; i < config.num_conv_pos_embeddings; i++) {
    const frames = kernel % 2 === 0 ? `frames+1` : y.dims[2]!;
    const wide = convolution(c, y, `encoder.pos_conv_embed.layers.${i}.conv`, {
      width,
      kernel,
      groups,
      padding: Math.floor(kernel / 2),
      frames,
    });
    const convolved = kernel % 2 === 0 ? withoutLast(c, wide, y.dims[2]!) : wide;
    y = activation(c, levelled(c, convolved, width), config.feat_extract_activation);
  }
  return y;
}

/** Zero mean and unit variance over the channels, without anything learnt. */
function levelled(c: CheckpointGraph, x: Value, width: number): Value {
  const g = c.graph;
  const [ones, zeros] = [
    g.constant(new Float32Array(width).fill(1), [width]),
    g.constant(new Float32Array(width), [width]),
  ];
  const attributes = { axis: { int: -1 }, epsilon: { float: 1e-5 } };
  return transpose(
    g,
    g.nodeMany('LayerNormalization', [transpose(g, x, [0, 2, 1]), ones, zeros], attributes)[0]!,
    [0, 2, 1],
  );
}
