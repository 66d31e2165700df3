/** What a recipe says about text: how a transcript becomes what the network learns to write. */
export interface TextRules {
  /** BCP 47: lower case, number words. */
  language: string;
  case: 'lower' | 'keep';
  punctuation: 'remove' | 'keep';
  /** `[laughs]`, `(noise)`, `<unclear>`: dropped with what is in them, kept, or the utterance is set aside. */
  brackets: 'remove' | 'keep' | 'exclude';
  /** `error` stops and names the line; `spell` writes numbers out; `exclude` sets the utterance aside. */
  digits: 'error' | 'spell' | 'remove' | 'keep' | 'exclude';
  /**
   * Whether ' at a word's edge is a letter or a quotation mark; `auto`: a quotation mark where a pair of them stands in
   * the text.
   */
  apostrophe: 'auto' | 'letter' | 'remove';
  /** Strings replaced before all else, in one pass: at each place the longest that stands there. */
  map: Readonly<Record<string, string>>;
  /** Graphemes that are written otherwise, after all other rules. */
  mapping?: readonly (readonly [from: string, to: string])[] | undefined;
  /** Signs that are letters, though they are none in Unicode: they stay wherever they stand. */
  keep?: readonly string[];
  /** Signs that are left out without parting the word. */
  drop?: readonly string[];
}
