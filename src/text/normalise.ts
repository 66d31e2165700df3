import { InputError, type Place } from '../support/errors.ts';
import { oneApostrophe, withoutQuotes } from './apostrophe.ts';
import { withoutInvisible } from './invisible.ts';
import { literal } from './letters.ts';
import { lowerCase } from './lower-case.ts';
import { spellNumbers, UnsureNumber } from './numbers.ts';
import { withoutPunctuation } from './punctuation.ts';
import { spansOf, takeOut, type RemovedSigns, type Span } from './removed-signs.ts';
import type { TextRules } from './rules.ts';
import { DELIMITER } from './vocabulary.ts';

/** Thrown when the rules say that an utterance with such a text is left out. */
export class ExcludedText extends Error {
  override readonly name = 'ExcludedText';
}

const BRACKETED = /\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}/g;
/** Digits of any script, and fractions and numbers in circles. */
const DIGITS = /[\p{Nd}¼-¾⅐-⅞↉①-⓿]+/gu;

/**
 * A transcript as the network is to write it: NFC, words separated by single spaces. Normalising twice changes nothing,
 * unless `map` does.
 * @param place named in errors
 * @param removed counts what is taken out
 * @throws InputError for digits, where the rules don't say what to do with them, and for `|`, which parts words in a
 * vocabulary; ExcludedText where the rules say to leave the text out
 * @example normalise('L’uomo, un po’!', rules) // "l'uomo un po'"
 */
export function normalise(text: string, rules: TextRules, place: Place = {}, removed?: RemovedSigns): string {
  const kept = keptSigns(rules);
  let result = replaced(text.normalize('NFC'), rules);
  result = takeOut(result, dropped(result, rules), 'nothing', removed);
  result = withoutInvisible(result, kept, removed);
  result = withoutBrackets(result, rules, removed);
  result = withoutDigits(result, rules, place, removed);
  result = oneApostrophe(result, kept);
  if (rules.apostrophe === 'remove') result = takeOut(result, spansOf(result, /'/g), 'nothing', removed);
  if (rules.punctuation === 'remove') {
    result = withoutPunctuation(result, rules.keep ?? NONE, removed);
    if (rules.apostrophe !== 'remove' && !kept.has("'")) result = withoutQuotes(result, rules.apostrophe, removed);
  }
  if (rules.case === 'lower') result = lowerCase(result, rules.language);
  result = mapped(result.normalize('NFC'), rules);
  return withoutDelimiter(result.normalize('NFC').replace(/\s+/g, ' ').trim(), place);
}

const NONE: readonly string[] = [];
const keptSigns = ({ keep }: TextRules): ReadonlySet<string> => new Set(keep?.map((sign) => sign.normalize('NFC')));

/**
 * In one pass, at each place the longest entry, as an orthography profile is read: no entry meets what another one
 * wrote.
 */
function replaced(text: string, { map }: TextRules): string {
  return rewritten(text, Object.entries(map));
}

/** As an orthography profile says: the longest grapheme that stands at each place. */
const mapped = (text: string, { mapping }: TextRules): string => (mapping ? rewritten(text, mapping) : text);

function rewritten(text: string, pairs: Iterable<readonly [from: string, to: string]>): string {
  const entries = new Map(Array.from(pairs, ([from, to]) => [from.normalize('NFC'), to.normalize('NFC')]));
  const pattern = anyOf([...entries.keys()]);
  return pattern ? text.replace(pattern, (found) => entries.get(found)!) : text;
}

function dropped(text: string, { drop }: TextRules): Span[] {
  const pattern = anyOf(drop?.map((sign) => sign.normalize('NFC')) ?? []);
  return pattern ? spansOf(text, pattern) : [];
}

/** Any of some strings, the longest first; nothing where there are none. */
function anyOf(strings: readonly string[]): RegExp | undefined {
  const wanted = strings.filter((string) => string !== '').sort((a, b) => b.length - a.length);
  return wanted.length === 0 ? undefined : new RegExp(wanted.map(literal).join('|'), 'gu');
}

function withoutBrackets(text: string, rules: TextRules, removed?: RemovedSigns): string {
  if (rules.brackets === 'keep' || !text.match(BRACKETED)) return text;
  if (rules.brackets === 'exclude') throw new ExcludedText('it has a sound or a remark in brackets');
  return takeOut(text, spansOf(text, BRACKETED), 'space', removed, (found) => `${found[0]}…${found.at(-1)}`);
}

function withoutDigits(text: string, rules: TextRules, place: Place, removed?: RemovedSigns): string {
  if (rules.digits === 'keep' || text.search(DIGITS) < 0) return text;
  switch (rules.digits) {
    case 'error':
      throw new InputError(
        `digits in “${text}”`,
        'Write the number out, or set text.digits in the recipe to spell, remove, exclude or keep.',
        place,
      );
    case 'exclude':
      throw new ExcludedText('it has digits');
    case 'remove':
      return takeOut(text, spansOf(text, DIGITS), 'space', removed, () => '0–9');
    case 'spell':
      return spelt(text, rules, place);
  }
}

function spelt(text: string, rules: TextRules, place: Place): string {
  try {
    return spellNumbers(text, rules.language, place);
  } catch (error) {
    if (error instanceof UnsureNumber) throw new ExcludedText(error.message);
    throw error;
  }
}

/** In a vocabulary `|` stands between words, as in all of Wav2Vec2's. */
function withoutDelimiter(text: string, place: Place): string {
  if (!text.includes(DELIMITER)) return text;
  throw new InputError(
    `| stands in “${text}”, and would part words`,
    'Write it otherwise by text.map, e.g. ǀ (U+01C0) for a click, or drop it by text.drop.',
    place,
  );
}
