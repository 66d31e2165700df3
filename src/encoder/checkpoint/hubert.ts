import type { Value } from '../../onnx/graph/graph.ts';
import { InputError } from '../../support/errors.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { buildWav2Vec2, wav2vec2Schema, type Wav2Vec2Config } from './wav2vec2.ts';

export const hubertSchema = wav2vec2Schema;

/** HuBERT (Hsu et al. 2021; mHuBERT-147, AfriHuBERT): Wav2Vec2's layers, trained otherwise. */
export function buildHubert(c: CheckpointGraph, config: Wav2Vec2Config): Value {
  if (config.conv_pos_batch_norm === true)
    throw new InputError(
      'config.json says conv_pos_batch_norm, which isogloss hasn’t',
      'Take another HuBERT: the published ones of Meta, mHuBERT-147 and AfriHuBERT have no such thing.',
    );
  return buildWav2Vec2(c, config);
}
