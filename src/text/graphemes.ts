/**
 * Splits a word into graphemes: with an orthography profile, the longest entry that matches (Moran & Cysouw 2018);
 * else, and where no entry matches, Unicode's grapheme clusters.
 * @param profile graphemes of more than one character, e.g. `['ng', 'gh', 'sch']`
 */
export function graphemes(word: string, profile: readonly string[] = []): string[] {
  if (profile.length === 0) return clusters(word);
  const entries = [...profile].map((entry) => entry.normalize('NFC')).sort((a, b) => b.length - a.length);
  const result: string[] = [];
  for (let rest = word; rest.length > 0;) {
    const next = entries.find((entry) => entry.length > 0 && rest.startsWith(entry)) ?? clusters(rest)[0]!;
    result.push(next);
    rest = rest.slice(next.length);
  }
  return result;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Latin, Greek and Cyrillic letters in one character each, in which nothing joins: asking the segmenter takes twenty times as long. */
const PLAIN = /^[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u052f]*$/;

const clusters = (text: string): string[] =>
  PLAIN.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
