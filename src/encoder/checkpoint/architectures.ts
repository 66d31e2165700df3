import type { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import { shaped } from '../../support/shape.ts';
import type { BuildOptions, CheckpointGraph } from './checkpoint-graph.ts';
import { buildData2VecAudio, data2VecAudioSchema } from './data2vec-audio.ts';
import { buildHubert, hubertSchema } from './hubert.ts';
import { buildWav2Vec2Bert, wav2vec2BertSchema } from './wav2vec2-bert.ts';
import { buildWav2Vec2Conformer, wav2vec2ConformerSchema } from './wav2vec2-conformer.ts';
import { buildWav2Vec2, wav2vec2Schema } from './wav2vec2.ts';
import { buildWavLM, wavlmSchema } from './wavlm.ts';
import { buildWhisperEncoder, whisperSchema } from './whisper.ts';

/** How the weights of a kind of encoder become a graph. */
export interface CheckpointArchitecture {
  /** As people call it. */
  name: string;
  /** A tensor that every one of them has: what stands before it in a checkpoint stands before all. */
  anchor: string;
  /** Tensors that it has and doesn't use. */
  unused?: RegExp | undefined;
  /** Checks config.json, and appends inputs and layers. @returns the last hidden layer, [batch, frames, dims] */
  build(c: CheckpointGraph, config: unknown, options: BuildOptions): Value;
}

const CONFIG = 'Get it anew from where the weights come from.';

/** @param anchor by which the encoder is found among a whole model's weights */
function architecture<Schema extends z.ZodType>(
  name: string,
  anchor: string,
  schema: Schema,
  build: (c: CheckpointGraph, config: z.infer<Schema>, options: BuildOptions) => Value,
  unused?: RegExp,
): CheckpointArchitecture {
  return { name, anchor, unused, build: (c, config, options) => build(c, shaped(schema, config, {}, CONFIG), options) };
}

const SOUND = 'feature_extractor.conv_layers.0.conv.weight';

/** By `model_type` of config.json. */
export const architectures: Readonly<Record<string, CheckpointArchitecture>> = {
  wav2vec2: architecture('Wav2Vec2', SOUND, wav2vec2Schema, buildWav2Vec2),
  hubert: architecture('HuBERT', SOUND, hubertSchema, buildHubert),
  wavlm: architecture('WavLM', SOUND, wavlmSchema, buildWavLM),
  'data2vec-audio': architecture('Data2Vec-audio', SOUND, data2VecAudioSchema, buildData2VecAudio),
  // The same layers as Wav2Vec2's; they differ in how they were trained.
  'unispeech-sat': architecture('UniSpeech-SAT', SOUND, wav2vec2Schema, buildWav2Vec2),
  unispeech: architecture('UniSpeech', SOUND, wav2vec2Schema, buildWav2Vec2),
  'wav2vec2-conformer': architecture(
    'Wav2Vec2-Conformer',
    SOUND,
    wav2vec2ConformerSchema,
    buildWav2Vec2Conformer,
    /^encoder\.pos_conv_embed\./,
  ),
  'wav2vec2-bert': architecture(
    'Wav2Vec2-BERT',
    'feature_projection.projection.weight',
    wav2vec2BertSchema,
    buildWav2Vec2Bert,
  ),
  whisper: architecture('Whisper’s encoder', 'conv1.weight', whisperSchema, buildWhisperEncoder),
};
