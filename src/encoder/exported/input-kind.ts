import { InputError } from '../../support/errors.ts';
import type { Preprocessor } from './preprocessor.ts';

/**
 * What an encoder is fed with: the sound itself, Whisper's log-mel spectrogram, or Wav2Vec2-BERT's filter bank in
 * Kaldi's way.
 */
export type InputKind = 'sound' | 'log-mel' | 'filter-bank';

/** By `feature_extractor_type` of preprocessor_config.json. */
const kinds: Readonly<Record<string, InputKind>> = {
  Wav2Vec2FeatureExtractor: 'sound',
  WhisperFeatureExtractor: 'log-mel',
  SeamlessM4TFeatureExtractor: 'filter-bank',
};

/** Whisper's window: 30 s in steps of 10 ms. */
export const WHISPER_STEPS = 3000;

/**
 * Finds out what an encoder is fed with: the shape of its input tells, and preprocessor_config.json must agree where
 * there is one.
 * @param dims of the input, as declared
 * @throws InputError when it is fed with something else
 */
export function inputKind(
  name: string,
  dims: readonly (number | string)[],
  preprocessor: Preprocessor | undefined,
): InputKind {
  const type = preprocessor?.feature_extractor_type;
  const said = type === undefined ? undefined : kinds[type];
  if (type !== undefined && !said)
    throw new InputError(
      `${name} wants input made by a ${type}, which isogloss has not`,
      `Use an encoder whose preprocessor_config.json names one of ${Object.keys(kinds).join(', ')}.`,
    );
  const seen = kindOfShape(dims);
  if (!said && !seen)
    throw new InputError(
      `it isn't known what ${name} is fed with: its input is [${dims.join(', ')}]`,
      'Put the preprocessor_config.json of the encoder’s makers beside it.',
    );
  // Whisper's spectrogram may be made inside the graph.
  if (said === 'log-mel' && dims.length === 2) return 'sound';
  if (said && (said === 'sound') !== (dims.length === 2))
    throw new InputError(
      `${name} takes [${dims.join(', ')}], its preprocessor_config.json is for a ${type}`,
      'Get both files from the same place.',
    );
  return said ?? seen!;
}

/** [batch, samples]; [batch, 80 or 128 bins, steps]; [batch, frames, two steps of 80 bins]. */
function kindOfShape(dims: readonly (number | string)[]): InputKind | undefined {
  if (dims.length === 2) return 'sound';
  if (dims.length !== 3) return undefined;
  if (dims[2] === 160) return 'filter-bank';
  return dims[2] === WHISPER_STEPS || dims[1] === 80 || dims[1] === 128 ? 'log-mel' : undefined;
}
