/**
 * Source of a character class (`u` flag): letters and numbers, with the modifier letters and tone signs that Unicode
 * counts as symbols.
 */
export const BASE =
  // Signs that are ALetter in UAX 29 though their category is Sk or Po: tone letters ˥ ꜀ ꭪, ꞉, the Armenian apostrophe,
  // the Hebrew geresh.
  '\\p{L}\\p{N}\\u02c2-\\u02c5\\u02d2-\\u02df\\u02e5-\\u02eb\\u02ed\\u02ef-\\u02ff\\u055a-\\u055c\\u055e\\u05f3' +
  '\\ua700-\\ua716\\ua720\\ua721\\ua789\\ua78a\\uab5b\\uab6a\\uab6b';

/** Zero-width joiner and non-joiner, and the Mongolian vowel separator: what of them is left belongs to its word. */
export const JOINERS = '\\u200c\\u200d\\u180e';

/** Scripts that have no marks inside words: there a colon or a dot parts. */
const WITHOUT =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}' +
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const LETTER = `(?![${WITHOUT}])[${BASE}]`;
const BEFORE = `(?<=(?![${WITHOUT}\\p{Nd}])[${BASE}\\p{M}])`;

/**
 * Source of a pattern: marks that stay between letters (UAX 29, MidLetter): Catalan paral·lel, Finnish EU:n and long
 * vowels, Hebrew צה״ל; and between digits (MidNum): 3,5. A full stop is none: it ends sentences more often than it
 * abbreviates.
 */
export const INNER_MARK = [
  `${BEFORE}[:·\\u2027\\u055f\\u05f4](?=(?!\\p{Nd})${LETTER})`,
  '(?<=\\p{Script=Hebrew}\\p{M}*)"(?=\\p{Script=Hebrew})',
  '(?<=\\p{Nd})[.,٫٬](?=\\p{Nd})',
].join('|');

/** Source of a pattern (`u` flag) for a string as it stands. */
export const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll('-', '\\x2d');
