import { DELIMITER } from './vocabulary.ts';

/** How often a grapheme or phone stands in texts. */
export interface TokenCount {
  token: string;
  count: number;
}

/** Counts tokens, word breaks left out; the most frequent first. */
export function countTokens(texts: Iterable<readonly string[]>): TokenCount[] {
  const counts = new Map<string, number>();
  for (const tokens of texts)
    for (const token of tokens) if (token !== DELIMITER) counts.set(token, (counts.get(token) ?? 0) + 1);
  return Array.from(counts, ([token, count]) => ({ token, count })).sort(
    (a, b) => b.count - a.count || (a.token < b.token ? -1 : 1),
  );
}
