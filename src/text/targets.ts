import { graphemes } from './graphemes.ts';
import { DELIMITER } from './vocabulary.ts';

/** Normalised text → tokens: graphemes, with `|` between words. */
export function textToTokens(text: string, profile: readonly string[] = []): string[] {
  const words = text.split(' ').filter((word) => word !== '');
  return words.flatMap((word, i) => (i === 0 ? graphemes(word, profile) : [DELIMITER, ...graphemes(word, profile)]));
}

/** Phones as a manifest has them: separated by spaces, `|` between words. */
export function phonesToTokens(phones: string): string[] {
  return phones.split(/\s+/).filter((phone) => phone !== '');
}
