/** What the columns of a matrix of logits stand for. */
export interface Alphabet {
  /**
   * What each token writes: one grapheme, of one character or more. A token that writes nothing, as `<unk>`, is passed
   * over.
   */
  tokens: readonly string[];
  /** The blank's id. */
  blank: number;
  /**
   * Id of the token between words, which a model of characters knows by its text; −1 where there is none and all is one
   * word.
   */
  delimiter: number;
}
