import { phonesToTokens, textToTokens } from '../text/targets.ts';
import { DELIMITER } from '../text/vocabulary.ts';

/** What CER counts: a recipe's `text.unit` and `text.profile`. */
export interface TokenRule {
  unit: 'graphemes' | 'phones';
  profile: readonly string[];
}

/** Text → the tokens that CER counts. Words come again and again, so each is split once. */
export function tokeniser({ unit, profile }: TokenRule): (text: string) => string[] {
  if (unit === 'phones') return phonesToTokens;
  const known = new Map<string, string[]>();
  const ofWord = (word: string): string[] => {
    let tokens = known.get(word);
    if (!tokens) known.set(word, (tokens = textToTokens(word, profile)));
    return tokens;
  };
  return (text) => {
    const tokens: string[] = [];
    for (const word of wordsOf(text)) {
      if (tokens.length > 0) tokens.push(DELIMITER);
      for (const token of ofWord(word)) tokens.push(token);
    }
    return tokens;
  };
}

export function wordsOf(text: string): string[] {
  const words = text.split(' ');
  return words.includes('') ? words.filter((word) => word !== '') : words;
}
