import type { NumberWords } from './number-words.ts';

/**
 * How languages write ordinals behind digits, where one way of reading is sure: masculine ones, where there are
 * genders.
 */
const SUFFIXES: Readonly<Record<string, { pattern: RegExp; fits: (digits: string, suffix: string) => boolean }>> = {
  en: {
    pattern: /^(?:st|nd|rd|th)(?![\p{L}\p{M}])/iu,
    fits: (digits, suffix) => suffix.toLowerCase() === english(digits),
  },
  fr: {
    pattern: /^(?:er|e|ème|ième)(?![\p{L}\p{M}])/iu,
    fits: (digits, suffix) => (digits === '1') === (suffix.toLowerCase() === 'er'),
  },
  nl: { pattern: /^(?:ste|de|e)(?![\p{L}\p{M}])/iu, fits: () => true },
  it: { pattern: /^\.?º(?![\p{L}\p{M}])/u, fits: () => true },
  es: { pattern: /^\.?º(?![\p{L}\p{M}])/u, fits: () => true },
  pt: { pattern: /^\.?º(?![\p{L}\p{M}])/u, fits: () => true },
};

/** Digits with an ordinal's ending behind them, in words; `suffix`: the ending's length. */
export function ordinalOf(
  digits: string,
  after: string,
  language: string,
  words: NumberWords,
): { words: string; suffix: number } | undefined {
  if (!Object.hasOwn(SUFFIXES, language) || !/^[1-9][0-9]{0,3}$/.test(digits)) return undefined;
  const { pattern, fits } = SUFFIXES[language]!;
  const suffix = pattern.exec(after)?.[0];
  if (suffix === undefined || !fits(digits, suffix)) return undefined;
  return { words: words.ordinal(digits), suffix: suffix.length };
}

function english(digits: string): string {
  if (/1[123]$/.test(digits)) return 'th';
  return ({ 1: 'st', 2: 'nd', 3: 'rd' } as Record<string, string>)[digits.at(-1)!] ?? 'th';
}
