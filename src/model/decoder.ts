import { z } from 'zod';
import type { Alphabet } from '../decode/alphabet.ts';
import { beamSearch, type BeamSettings } from '../decode/beam.ts';
import { confidencesAt } from '../decode/confidences.ts';
import { greedyWithTimes, type TimedTokens } from '../decode/greedy.ts';
import { Hotwords } from '../decode/hotwords.ts';
import { Lexicon } from '../decode/lexicon.ts';
import { wordsOf, type TimedWord } from '../decode/word-times.ts';
import { calibrated, type Calibration } from '../evaluate/calibration.ts';
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

/** How many of the best hypotheses of beam search are kept: oracles gain little from more. */
export const NBEST = 10;

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
  /** The best texts, best first, `text` among them; only of beam search. */
  nbest?: string[];
}

/** Logits to text, on this thread or on others. */
export interface LogitsDecoder {
  readonly alphabet: Alphabet;
  /** As `Decoder.decode`; the logits may be given away: don't use them any more. */
  decode(logits: Float32Array, frames: number, unlike?: number): Decoded | Promise<Decoded>;
}

/** Logits to text: greedily, or by beam search with a language model. */
export class Decoder implements LogitsDecoder {
  readonly alphabet: Alphabet;
  /**
   * Makes of the network's confidences what they are worth; they stay as they are without one. Texts don't depend on
   * it.
   */
  calibration: Calibration | undefined;
  readonly vocabulary: Vocabulary;
  private readonly settings: Partial<BeamSettings> | undefined;

  constructor(vocabulary: Vocabulary, decoding?: Decoding, knowledge: Knowledge = {}, calibration?: Calibration) {
    this.vocabulary = vocabulary;
    this.calibration = calibration;
    const written = vocabulary.tokens.map((token) => (token === BLANK || token === UNKNOWN ? '' : token));
    this.alphabet = { tokens: written, blank: vocabulary.blank, delimiter: vocabulary.delimiter };
    this.settings = decoding && settingsOf(decoding, knowledge);
  }

  /**
   * @param logits [frames, tokens]
   * @param unlike how unlike what it learnt from the recording is: words are the less sure for it
   */
  decode(logits: Float32Array, frames: number, unlike?: number): Decoded {
    const { size, blank } = this.vocabulary;
    const hypotheses = this.settings && beamSearch(logits, 0, frames, this.alphabet, this.settings);
    const found = hypotheses ? hypotheses[0]! : greedyWithTimes(logits, 0, frames, size, blank);
    // `<unk>` alone writes nothing; marks that are tokens of their own join their letters again.
    const words = this.calibrated(logits, found, unlike)
      .filter(({ word }) => word !== '')
      .map((word) => ({ ...word, word: word.word.normalize('NFC') }));
    return {
      text: words.map(({ word }) => word).join(' '),
      ids: found.ids,
      words,
      ...(hypotheses ? { nbest: hypotheses.slice(0, NBEST).map(({ text }) => text.normalize('NFC')) } : {}),
    };
  }

  /** The words of what was found, with confidences that are worth what they say. */
  private calibrated(logits: Float32Array, found: TimedTokens, unlike: number | undefined): TimedWord[] {
    const { alphabet, calibration } = this;
    if (!calibration) return wordsOf(found, alphabet);
    const confidences = confidencesAt(calibration.temperature, logits, alphabet.tokens.length, found);
    return wordsOf({ ...found, confidences }, alphabet).map((word) => ({
      ...word,
      confidence: calibrated(calibration, word.confidence, unlike),
    }));
  }
}

function settingsOf(decoding: Decoding, { languageModel, words }: Knowledge): Partial<BeamSettings> {
  const hotwords = new Map(decoding.hotwords.map((phrase) => [phrase, decoding.hotword_weight]));
  return {
    beamWidth: decoding.beam_width,
    alpha: decoding.alpha,
    beta: decoding.beta,
    ...(languageModel ? { lm: languageModel } : {}),
    // Else every beginning of a word would count as unknown until the word is whole.
    ...(languageModel?.unit === 'word' && words ? { unigrams: Lexicon.known(words, languageModel) } : {}),
    ...(decoding.lexicon === 'closed' && words ? { lexicon: new Lexicon(words) } : {}),
    ...(hotwords.size > 0 ? { hotwords: new Hotwords(hotwords) } : {}),
  };
}
