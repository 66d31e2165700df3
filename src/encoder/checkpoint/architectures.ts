import type { z } from 'zod';
import type { Value } from '../../onnx/graph/graph.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { buildHubert, hubertSchema } from './hubert.ts';
import { buildWav2Vec2, wav2vec2Schema } from './wav2vec2.ts';

/** How the weights of a kind of encoder become a graph. */
export interface CheckpointArchitecture {
  /** As people call it. */
  name: string;
  /** A tensor that every one of them has: what stands before it in a checkpoint stands before all. */
  anchor: string;
  /** Checks config.json, and appends inputs and layers. @returns the last hidden layer, [batch, frames, dims] */
  build(c: CheckpointGraph, config: unknown): Value;
}

/** @param anchor by which the encoder is found among a whole model's weights */
function architecture<Schema extends z.ZodType>(
  name: string,
  anchor: string,
  schema: Schema,
  build: (c: CheckpointGraph, config: z.infer<Schema>) => Value,
): CheckpointArchitecture {
  return { name, anchor, build: (c, config) => build(c, schema.parse(config)) };
}

const SOUND = 'feature_extractor.conv_layers.0.conv.weight';

/** By `model_type` of config.json. */
export const architectures: Readonly<Record<string, CheckpointArchitecture>> = {
  wav2vec2: architecture('Wav2Vec2', SOUND, wav2vec2Schema, buildWav2Vec2),
  hubert: architecture('HuBERT', SOUND, hubertSchema, buildHubert),
};
