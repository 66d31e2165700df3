import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { InputError } from '../../support/errors.ts';
import { readJson } from '../../support/files.ts';

/**
 * `preprocessor_config.json`, in the words of the Hugging Face Hub: how the makers of an encoder made its input. What
 * isn't named here (the filters of a spectrogram) is kept as it stands.
 */
export const preprocessorSchema = z.looseObject({
  /** What kind of input it is: `Wav2Vec2FeatureExtractor` for the sound itself; see `inputKind`. */
  feature_extractor_type: z.string().optional(),
  /** Whether a recording is brought to zero mean and unit variance; so it is, if absent. */
  do_normalize: z.boolean().optional(),
  /** Whether the encoder was trained with a mask over padding; found by trial, if absent. */
  return_attention_mask: z.boolean().optional(),
  /** Samples a second. */
  sampling_rate: z.number().optional(),
});

export type Preprocessor = z.infer<typeof preprocessorSchema>;

/**
 * Reads preprocessor_config.json from the first of these folders that has one.
 * @throws InputError when it can't be read, or asks for what isogloss doesn't do
 */
export async function findPreprocessor(folders: readonly string[]): Promise<Preprocessor | undefined> {
  const file = folders
    .map((folder) => path.join(folder, 'preprocessor_config.json'))
    .find((place) => existsSync(place));
  return file === undefined ? undefined : checkPreprocessor(await readJson(file), file);
}

/** @throws InputError when it is malformed, or asks for what isogloss doesn't do */
export function checkPreprocessor(value: unknown, file: string): Preprocessor {
  const parsed = preprocessorSchema.safeParse(value);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw new InputError(
      `${at.join('.') || 'the file'}: ${message}`,
      'Get the file anew from where the encoder comes from.',
      { file },
    );
  }
  const rate = parsed.data.sampling_rate ?? SAMPLE_RATE;
  if (rate !== SAMPLE_RATE)
    throw new InputError(
      `the encoder hears ${rate} samples a second; isogloss works at ${SAMPLE_RATE}`,
      `Use an encoder that was trained on sound of ${SAMPLE_RATE / 1000} kHz.`,
      { file },
    );
  return parsed.data;
}

/** Whether a recording is standardised on its way in: as Wav2Vec2's preprocessor does it where nothing is said. */
export const standardises = (preprocessor: Preprocessor | undefined): boolean => preprocessor?.do_normalize ?? true;

/**
 * What of it changes the features, for whatever is found by content; empty for what is usual where an encoder hears the
 * sound itself.
 */
export function inputIdentity(preprocessor: Preprocessor | undefined): string {
  const type = preprocessor?.feature_extractor_type;
  if (type === undefined || type === 'Wav2Vec2FeatureExtractor')
    return standardises(preprocessor) ? '' : 'not standardised';
  return JSON.stringify(
    Object.entries(preprocessor!)
      .filter(([key]) => key !== 'mel_filters')
      .sort(),
  );
}
