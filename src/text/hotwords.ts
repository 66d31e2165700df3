import { graphemes } from './graphemes.ts';
import { ExcludedText, normalise } from './normalise.ts';
import type { TextRules } from './rules.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Hotwords as a model can write them. */
export interface Hotwords {
  hotwords: string[];
  /**
   * Those, as they were given, that have a letter which is not in the vocabulary, or of which the rules leave nothing.
   */
  unwritable: string[];
}

/**
 * Hotwords by the rules that the transcripts went through: Roma is roma, where those are in lower case.
 * @throws InputError where the rules refuse one
 */
export function hotwordsBy(
  phrases: readonly string[],
  rules: TextRules,
  vocabulary: Vocabulary,
  profile: readonly string[] = [],
): Hotwords {
  const known = new Set(vocabulary.tokens);
  const isWritable = (phrase: string): boolean =>
    phrase !== '' &&
    phrase.split(' ').every((word) => graphemes(word, profile).every((grapheme) => known.has(grapheme)));
  const given = phrases.map((phrase) => ({ phrase, byRules: byRules(phrase, rules) }));
  return {
    hotwords: [...new Set(given.map(({ byRules }) => byRules).filter(isWritable))],
    unwritable: given.filter(({ byRules }) => !isWritable(byRules)).map(({ phrase }) => phrase),
  };
}

function byRules(phrase: string, rules: TextRules): string {
  try {
    return normalise(phrase, rules);
  } catch (error) {
    if (error instanceof ExcludedText) return '';
    throw error;
  }
}
