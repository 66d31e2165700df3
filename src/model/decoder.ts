import { z } from 'zod';
import type { Alphabet } from '../ctc/alphabet.ts';
import { beamSearch, type BeamSettings } from '../ctc/beam.ts';
import { greedyWithTimes } from '../ctc/greedy.ts';
import { Hotwords } from '../ctc/hotwords.ts';
import { Lexicon } from '../ctc/lexicon.ts';
import { wordsOf, type TimedWord } from '../ctc/word-times.ts';
import { calibrated, type ConfidenceCurve } from '../evaluate/calibration.ts';
import type { LanguageModel } from '../lm/language-model.ts';
import { BLANK, UNKNOWN, type Vocabulary } from '../text/vocabulary.ts';

/** How a model decodes, as `model.json` has it. */
export const decodingSchema = z.object({
  method: z.literal('beam'),
  beam_width: z.number().int().positive(),
  /** Weights of shallow fusion, found on dev. */
  alpha: z.number(),
  beta: z.number(),
  /** Whether other words than those of the texts may be written. */
  lexicon: z.enum(['open', 'closed']),
  hotwords: z.array(z.string()),
  hotword_weight: z.number(),
});

export type Decoding = z.infer<typeof decodingSchema>;

/** What beam search knows of the language. */
export interface Knowledge {
  languageModel?: LanguageModel | undefined;
  /** All words of the texts that it is known from. */
  words?: readonly string[] | undefined;
}

export interface Decoded {
  /** Words parted by single spaces. */
  text: string;
  ids: Int32Array;
  words: TimedWord[];
}

/** Logits to text: greedily, or by beam search with a language model. */
export class Decoder {
  readonly alphabet: Alphabet;
  private readonly vocabulary: Vocabulary;
  private readonly curve: ConfidenceCurve | undefined;
  private readonly settings: Partial<BeamSettings> | undefined;

  /** @param curve makes of the network's confidences what they are worth; they stay as they are without one */
  constructor(vocabulary: Vocabulary, decoding?: Decoding, knowledge: Knowledge = {}, curve?: ConfidenceCurve) {
    this.vocabulary = vocabulary;
    this.curve = curve;
    const written = Object.keys(vocabulary.toJson()).map((token) => (token === BLANK || token === UNKNOWN ? '' : token));
    this.alphabet = { tokens: written, blank: vocabulary.blank, delimiter: vocabulary.delimiter };
    this.settings = decoding && settingsOf(decoding, knowledge);
  }

  /** @param logits [frames, tokens] */
  decode(logits: Float32Array, frames: number): Decoded {
    const found = this.settings
      ? beamSearch(logits, 0, frames, this.alphabet, this.settings)[0]!
      : greedyWithTimes(logits, 0, frames, this.vocabulary.size, this.vocabulary.blank);
    // `<unk>` alone writes nothing.
    const words = wordsOf(found, this.alphabet).filter(({ word }) => word !== '');
    const { curve } = this;
    const worth = curve ? words.map((word) => ({ ...word, confidence: calibrated(curve, word.confidence) })) : words;
    return { text: words.map(({ word }) => word).join(' '), ids: found.ids, words: worth };
  }
}

function settingsOf(decoding: Decoding, { languageModel, words }: Knowledge): Partial<BeamSettings> {
  const hotwords = new Map(decoding.hotwords.map((phrase) => [phrase, decoding.hotword_weight]));
  return {
    beamWidth: decoding.beam_width, alpha: decoding.alpha, beta: decoding.beta,
    ...(languageModel ? { lm: languageModel } : {}),
    // Else every beginning of a word would count as unknown until the word is whole.
    ...(languageModel?.unit === 'word' && words ? { unigrams: Lexicon.known(words, languageModel) } : {}),
    ...(decoding.lexicon === 'closed' && words ? { lexicon: new Lexicon(words) } : {}),
    ...(hotwords.size > 0 ? { hotwords: new Hotwords(hotwords) } : {}),
  };
}
