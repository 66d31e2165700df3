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
  /** Whether ' is a letter of the orthography or punctuation. */
  apostrophe: 'letter' | 'remove';
  /** Strings replaced before all else. */
  map: Readonly<Record<string, string>>;
}
