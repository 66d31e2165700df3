import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, transpose } from '../../onnx/graph/ops.ts';
import { activation, attention, layerNorm, linear, PROJECTIONS } from './blocks.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { convolution } from './convolutions.ts';

const count = z.number().int().positive();

export const whisperSchema = z
  .looseObject({
    d_model: count.default(384),
    encoder_layers: count.max(1000).default(4),
    encoder_attention_heads: count.default(6),
    encoder_ffn_dim: count.default(1536),
    activation_function: z.string().default('gelu'),
    num_mel_bins: count.default(80),
    max_source_positions: count.default(1500),
  })
  .refine((c) => c.d_model % c.encoder_attention_heads === 0, 'd_model is no multiple of encoder_attention_heads');

type WhisperConfig = z.infer<typeof whisperSchema>;

/**
 * Whisper's encoder (Radford et al. 2022): a log-mel spectrogram of 30 s, [batch, bins, 3000], through two convolutions
 * and pre-norm blocks.
 */
export function buildWhisperEncoder(c: CheckpointGraph, config: WhisperConfig): Value {
  const { num_mel_bins: bins, max_source_positions: frames } = config;
  const spectrogram = c.graph.input('input_features', ['batch', bins, 2 * frames]);
  return whisperBlocks(c, whisperFrames(c, spectrogram, config, frames), config);
}

/**
 * Two convolutions, the second by steps of two, and the places' sinusoids: [batch, bins, 2 · frames] → [batch, frames,
 * dims].
 */
function whisperFrames(c: CheckpointGraph, spectrogram: Value, config: WhisperConfig, frames: number): Value {
  const { d_model: width, activation_function: act } = config;
  const first = activation(c, convolution(c, spectrogram, 'conv1', { width, kernel: 3, padding: 1 }), act);
  const second = activation(
    c,
    convolution(c, first, 'conv2', { width, kernel: 3, padding: 1, stride: 2, frames }),
    act,
  );
  return add(c.graph, transpose(c.graph, second, [0, 2, 1]), c.weight('embed_positions.weight', [frames, width]));
}

function whisperBlocks(c: CheckpointGraph, x: Value, config: WhisperConfig): Value {
  const g = c.graph;
  const names = { ...PROJECTIONS, keyBias: false };
  let y = x;
  for (let i = 0; i < config.encoder_layers; i++) {
    const name = `layers.${i}`;
    y = add(
      g,
      y,
      attention(c, layerNorm(c, y, `${name}.self_attn_layer_norm`), `${name}.self_attn`, {
        heads: config.encoder_attention_heads,
        names,
      }),
    );
    const wide = activation(
      c,
      linear(c, layerNorm(c, y, `${name}.final_layer_norm`), `${name}.fc1`, config.encoder_ffn_dim),
      config.activation_function,
    );
    y = add(g, y, linear(c, wide, `${name}.fc2`, config.d_model));
  }
  return layerNorm(c, y, 'layer_norm');
}
