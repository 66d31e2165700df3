import { BASE, INNER_MARK, JOINERS, literal } from './letters.ts';
import { takeOut, type RemovedSigns, type Span } from './removed-signs.ts';

/**
 * A text whose words are letters, numbers and their marks; what else there is parts words. Signs to keep stay; a hyphen
 * or dash among them stays where it touches a word. Marks without a letter (an accent that lost it) are nothing.
 */
export function withoutPunctuation(text: string, keep: readonly string[], removed?: RemovedSigns): string {
  const spaces: Span[] = [];
  const marks: Span[] = [];
  for (const { 0: found, index, groups } of text.matchAll(patternOf(keep)))
    if (groups?.out !== undefined) spaces.push({ start: index, end: index + found.length });
    else if (groups?.mark !== undefined) marks.push({ start: index, end: index + found.length });
  if (marks.length === 0) return takeOut(text, spaces, 'space', removed);
  // Rare enough to look twice.
  return withoutPunctuation(takeOut(text, marks, 'nothing', removed), keep, removed);
}

const patterns = new WeakMap<readonly string[], RegExp>();

function patternOf(keep: readonly string[]): RegExp {
  let known = patterns.get(keep);
  if (!known) patterns.set(keep, (known = buildPattern(keep)));
  return known;
}

function buildPattern(keep: readonly string[]): RegExp {
  const kept = [...keep].sort((a, b) => b.length - a.length).map((sign) => keptPattern(sign.normalize('NFC')));
  const word = `[${BASE}](?:[${BASE}${JOINERS}]|\\p{M})*`;
  return new RegExp([...kept, word, INNER_MARK, "'|\\s+", '(?<mark>\\p{M}+)', '(?<out>.)'].join('|'), 'gsu');
}

function keptPattern(sign: string): string {
  if (!/^\p{Pd}$/u.test(sign)) return `${literal(sign)}\\p{M}*`;
  return `(?<=[${BASE}\\p{M}])${literal(sign)}|${literal(sign)}(?=[${BASE}])`;
}
