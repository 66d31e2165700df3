import { InputError } from '../support/errors.ts';
import type { LanguageModel } from '../lm/language-model.ts';
import type { Alphabet } from './alphabet.ts';
import { beamSearch as search, type BeamSettings, type Hypothesis } from './beam.ts';

/** What beam search is told besides {@link BeamSettings}. */
export interface BeamSearchOptions extends Partial<BeamSettings> {
  frames: number;
  alphabet: Alphabet;
  lm?: LanguageModel;
}

/**
 * CTC beam search with shallow fusion (Hannun et al. 2014), with the answers of pyctcdecode 0.5.
 * @param logits before or after log-softmax, [frames, tokens]
 * @returns hypotheses, best first, with the times and confidences of their words
 * @throws InputError when logits, frames and alphabet don't go together
 * @example
 * const alphabet = { tokens: ['', ' ', 'a', 'b'], blank: 0, delimiter: 1 };
 * const [best] = beamSearch(logits, { frames: logits.length / 4, alphabet, lm: await loadLanguageModel('it.lm') });
 */
export function beamSearch(logits: Float32Array, { frames, alphabet, ...settings }: BeamSearchOptions): Hypothesis[] {
  const tokens = alphabet.tokens.length;
  if (logits.length !== frames * tokens)
    throw new InputError(
      `${logits.length} logits are not ${frames} frames of ${tokens} tokens`,
      'Give the logits of one utterance, [frames, tokens].',
    );
  return search(logits, 0, frames, alphabet, settings);
}
