import { phonesToTokens, textToTokens } from '../text/targets.ts';
import { DELIMITER } from '../text/vocabulary.ts';

/** What CER counts: a recipe's `text.unit` and `text.profile`. */
export interface TokenRule {
  unit: 'graphemes' | 'phones';
  profile: readonly string[];
}

/** Text → the tokens that CER counts. */
export interface Tokeniser {
  (text: string): string[];
  /**
   * The tokens of a word, where a text's are those of its words with `DELIMITER` between: words come again and again.
   */
  ofWord?: (word: string) => readonly string[];
}

export function tokeniser({ unit, profile }: TokenRule): Tokeniser {
  if (unit === 'phones') return phonesToTokens;
  const known = new Map<string, string[]>();
  const ofWord = (word: string): string[] => {
    let tokens = known.get(word);
    if (!tokens) known.set(word, (tokens = textToTokens(word, profile)));
    return tokens;
  };
  const tokensOf = (text: string): string[] => {
    const tokens: string[] = [];
    for (const word of wordsOf(text)) {
      if (tokens.length > 0) tokens.push(DELIMITER);
      for (const token of ofWord(word)) tokens.push(token);
    }
    return tokens;
  };
  return Object.assign(tokensOf, { ofWord });
}

export function wordsOf(text: string): string[] {
  const words = text.split(' ');
  return words.includes('') ? words.filter((word) => word !== '') : words;
}
