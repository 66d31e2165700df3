import type { LanguageModel } from '../lm/language-model.ts';
import type { Hotwords } from './hotwords.ts';
import type { Lexicon } from './lexicon.ts';

/** What knowledge of the language adds to a hypothesis's acoustic score. Scores are natural logarithms. */
export interface FusionSettings {
  lm?: LanguageModel;
  /** The model's state before the first word: that after `<s>` unless a hypothesis's `lmState` is carried on. */
  lmStartState?: number;
  /** Weight of the language model. */
  alpha: number;
  /** Added with each token of the language model: for each word, or, with a model of characters, for each grapheme. */
  beta: number;
  /**
   * Added, times alpha · ln 10, to a token that the model doesn't know, and as it is to the beginning of an unknown
   * word.
   */
  unkScoreOffset: number;
  /** Added for each word, with a language model or without. */
  wordBonus: number;
  /**
   * Words that count as known; with a word model only, and only words that it has (`Lexicon.known`). Without them,
   * every beginning of a word counts as unknown until the word is whole.
   */
  unigrams?: Lexicon;
  hotwords?: Hotwords;
}

/** The base-10 logarithms of language models, as natural ones. */
const LN10 = Math.log(10);
/** Unknown words longer than this cost more, in proportion; as in pyctcdecode. */
const USUAL_WORD_LENGTH = 6;

/**
 * Shallow fusion with the scores of pyctcdecode 0.5, to which it adds models of characters and a bonus for each word.
 */
export class Fusion {
  /** Of the language model after the last `word` or `grapheme`. */
  nextState = 0;
  readonly startState: number;
  readonly byCharacter: boolean;
  private readonly byWord: boolean;
  private readonly settings: FusionSettings;

  constructor(settings: FusionSettings) {
    this.settings = settings;
    this.startState = settings.lmStartState ?? settings.lm?.begin ?? 0;
    this.byCharacter = settings.lm?.unit === 'character';
    this.byWord = settings.lm?.unit === 'word';
  }

  /** A whole word after a state. */
  word(state: number, word: string): number {
    const { hotwords, wordBonus } = this.settings;
    this.nextState = state;
    const score = this.byWord ? this.fromModel(state, word) : 0;
    return score + wordBonus + (hotwords?.weight(word) ?? 0);
  }

  /** A grapheme, or the delimiter between words, after a state; 0 without a model of characters. */
  grapheme(state: number, token: string): number {
    return this.byCharacter ? this.fromModel(state, token) : 0;
  }

  /**
   * The end after a state. After a delimiter, pyctcdecode has a word model read an empty, unknown word before the end;
   * so do we, to give its answers.
   */
  end(state: number, afterDelimiter: boolean): number {
    const { lm, alpha } = this.settings;
    this.nextState = state;
    if (!lm) return 0;
    const emptyWord = this.byWord && afterDelimiter ? this.fromModel(state, '') : 0;
    return emptyWord + alpha * LN10 * lm.scoreEnd(this.nextState);
  }

  /**
   * The beginning of a word, while it is not whole.
   * @param length in characters, above 0
   * @param known whether a word of `unigrams` begins so
   * @param hotword the node of `hotwords`, or −1
   */
  beginning(length: number, known: boolean, hotword: number): number {
    const { hotwords, unkScoreOffset } = this.settings;
    if (hotwords && hotword >= 0) return hotwords.share(hotword, length);
    if (!this.byWord || known) return 0;
    return unkScoreOffset * Math.max(1, length / USUAL_WORD_LENGTH);
  }

  private fromModel(state: number, token: string): number {
    const { lm, alpha, beta, unkScoreOffset, unigrams } = this.settings;
    const log10 = lm!.score(state, lm!.idOf(token));
    this.nextState = lm!.next;
    const known = lm!.has(token) && !(this.byWord && unigrams && unigrams.size > 0 && !unigrams.has(token));
    return alpha * LN10 * (known ? log10 : log10 + unkScoreOffset) + beta;
  }
}
