import { spansOf, takeOut, type RemovedSigns } from './removed-signs.ts';

/*
 * Signs that can't be seen: format characters (Cf), variation selectors and the other default-ignorable ones. None of
 * them parts a word (UAX 29, WB4) but the zero-width space of scripts that write no spaces; and only some scripts spell
 * with them (UAX 31, 2.3).
 */

const scripts = (...names: string[]): string => names.map((name) => `\\p{Script=${name}}`).join('');

const BRAHMIC = scripts(
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
  ...['Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese', 'Sundanese', 'Meetei_Mayek', 'Newa', 'Tirhuta', 'Grantha'],
  ...['Sharada', 'Chakma', 'Tai_Tham', 'Kaithi', 'Modi', 'Takri', 'Siddham', 'Khojki', 'Khudawadi', 'Saurashtra'],
);
const CURSIVE = scripts('Arabic', 'Syriac', 'Nko', 'Mongolian', 'Mandaic', 'Adlam', 'Phags_Pa', 'Hanifi_Rohingya');
const UNSPACED = scripts(
  'Khmer',
  'Thai',
  'Lao',
  'Myanmar',
  'New_Tai_Lue',
  'Tai_Le',
  'Tai_Tham',
  'Tai_Viet',
  'Javanese',
  'Balinese',
);

/** Letters and marks of a script; marks of many scripts are no script's. */
const of = (script: string): string => `(?:[${script}]\\p{M}*)`;

/**
 * A joiner of some scripts inside a word, or, in Indic ones, behind its virama: chillus, half forms, Persian compounds.
 */
const SPELT = [
  `(?<=${of(BRAHMIC + CURSIVE)})\\u200c(?=[${BRAHMIC}${CURSIVE}])`,
  `(?<=${of(BRAHMIC)})\\u200d`,
  `(?<=${of('\\p{Script=Mongolian}')})[\\u200d\\u180b-\\u180f]`,
].join('|');

/** Everything that is never seen; ‌ and the like are tried above first. */
const UNSEEN = '(?<out>[\\p{Cf}\\p{Default_Ignorable_Code_Point}])';

const PATTERN = new RegExp(`(?:${SPELT})|${UNSEEN}`, 'gu');
const ANY = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const PARTING = new RegExp(`(?<=${of(UNSPACED)})\\u200b(?=[${UNSPACED}])`, 'gu');

/**
 * A text without the signs that can't be seen, but for those that its script spells with.
 * @param kept signs that stay whatever they are
 */
export function withoutInvisible(text: string, kept: ReadonlySet<string>, removed?: RemovedSigns): string {
  if (!ANY.test(text)) return text;
  const parted = kept.has('\u200b') ? text : takeOut(text, spansOf(text, PARTING), 'space', removed);
  const spans = Array.from(parted.matchAll(PATTERN))
    .filter(({ groups }) => groups?.out !== undefined && !kept.has(groups.out))
    .map(({ 0: sign, index }) => ({ start: index, end: index + sign.length }));
  return takeOut(parted, spans, 'nothing', removed);
}
