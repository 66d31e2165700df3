import { graphemes } from './graphemes.ts';
import { normalise } from './normalise.ts';
import type { TextRules } from './rules.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Hotwords as a model can write them. */
export interface Hotwords {
  hotwords: string[];
  /** Those with a letter that is not in the vocabulary. */
  unwritable: string[];
}

/**
 * Hotwords by the rules that the transcripts went through: Roma is roma, where those are in lower case.
 * @throws InputError or ExcludedText where the rules refuse one
 */
export function hotwordsBy(
  phrases: readonly string[],
  rules: TextRules,
  vocabulary: Vocabulary,
  profile: readonly string[] = [],
): Hotwords {
  const known = new Set(vocabulary.tokens);
  const hotwords = [...new Set(phrases.map((phrase) => normalise(phrase, rules, {})))].filter(
    (phrase) => phrase !== '',
  );
  const isWritable = (phrase: string): boolean =>
    phrase.split(' ').every((word) => graphemes(word, profile).every((grapheme) => known.has(grapheme)));
  return {
    hotwords: hotwords.filter(isWritable),
    unwritable: hotwords.filter((phrase) => !isWritable(phrase)),
  };
}
