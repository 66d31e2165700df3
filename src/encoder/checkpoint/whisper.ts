import { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { add, div, mul, sub, transpose } from '../../onnx/graph/ops.ts';
import { dimOf, joined } from '../../onnx/graph/shapes.ts';
import { logMel } from '../own/log-mel.ts';
import { activation, attention, layerNorm, linear, PROJECTIONS } from './blocks.ts';
import type { BuildOptions, CheckpointGraph } from './checkpoint-graph.ts';
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

/** Frames of 20 ms in a second, samples in one, and samples of the first beyond that: as Wav2Vec2 counts frames. */
const [FRAMES_A_SECOND, FRAME_SAMPLES, FIRST_SAMPLES] = [50, 320, 80];
/** What `logMel` wants behind the last frame. */
const LAST_SAMPLES = 155;

/**
 * Whisper's encoder (Radford et al. 2022) from the sound up: its log-mel spectrogram, two convolutions and pre-norm
 * blocks. It learnt in windows of 30 s; here the window is as long as the recording and some silence behind it, up to
 * those 30 s. A recording's frames come first, those of the silence behind them.
 */
export function buildWhisperEncoder(c: CheckpointGraph, config: WhisperConfig, { silence = 0 }: BuildOptions): Value {
  const audio = c.graph.input('input_values', ['batch', 'samples']);
  c.window = config.max_source_positions;
  const { sound, mask } = withSilence(c, audio, Math.round(silence * FRAMES_A_SECOND), config.max_source_positions);
  const spectrogram = logMel(c.graph, sound, mask, { mels: config.num_mel_bins });
  return whisperBlocks(c, whisperFrames(c, spectrogram, mask, config), config);
}

/**
 * A recording cut to whole frames, with silence behind it: [batch, samples] → [batch, 320 · frames + 155], and a mask
 * of ones, [batch, frames].
 */
function withSilence(
  c: CheckpointGraph,
  audio: Value,
  silence: number,
  longest: number,
): { sound: Value; mask: Value } {
  const g = c.graph;
  const whole = (n: number): Value => g.integers([n]);
  const there = div(g, sub(g, dimOf(g, audio, 1), whole(FIRST_SAMPLES)), whole(FRAME_SAMPLES));
  const frames = g.node('Min', [add(g, there, whole(silence)), whole(longest)]);
  const end = add(g, mul(g, there, whole(FRAME_SAMPLES)), whole(FIRST_SAMPLES));
  const cut = g.node('Slice', [audio, whole(0), end, whole(1)], {}, 'Slice', ['batch', 'sound']);
  const wanted = add(g, mul(g, frames, whole(FRAME_SAMPLES)), whole(LAST_SAMPLES));
  const behind = joined(g, [whole(0), whole(0), whole(0), sub(g, wanted, end)]);
  const sound = g.node('Pad', [cut, behind], {}, 'Pad', ['batch', 'window']);
  const mask = g.node('Expand', [g.scalar(1), joined(g, [dimOf(g, audio, 0), frames])], {}, 'Expand', [
    'batch',
    'frames',
  ]);
  return { sound, mask };
}

/**
 * Two convolutions, the second by steps of two, and the places' sinusoids: [batch, 2 · frames, bins] → [batch, frames,
 * dims].
 */
function whisperFrames(c: CheckpointGraph, spectrogram: Value, mask: Value, config: WhisperConfig): Value {
  const g = c.graph;
  const { d_model: width, activation_function: act, max_source_positions: longest } = config;
  const bins = transpose(g, spectrogram, [0, 2, 1]);
  const first = activation(c, convolution(c, bins, 'conv1', { width, kernel: 3, padding: 1 }), act);
  const second = activation(
    c,
    convolution(c, first, 'conv2', { width, kernel: 3, padding: 1, stride: 2, frames: 'frames' }),
    act,
  );
  const positions = c.weight('embed_positions.weight', [longest, width]);
  const here = g.node('Slice', [positions, g.integers([0]), dimOf(g, mask, 1), g.integers([0])], {}, 'Slice', [
    'frames',
    width,
  ]);
  return add(g, transpose(g, second, [0, 2, 1]), here);
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
