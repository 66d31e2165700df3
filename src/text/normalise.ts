import { InputError, type Place } from '../support/errors.ts';
import { numberWords } from './numbers.ts';
import type { TextRules } from './rules.ts';

/** Thrown when the rules say that an utterance with such a text is left out. */
export class ExcludedText extends Error {
  override readonly name = 'ExcludedText';
}

const BRACKETED = /\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}/g;
const APOSTROPHES = /[’ʼ＇`´‘]/g;

/**
 * A transcript as the network is to write it: NFC, words separated by single spaces. Normalising twice changes nothing, unless `map` does.
 * @param place named in errors
 * @throws InputError for digits, where the rules don't say what to do with them; ExcludedText where they say to leave it out
 */
export function normalise(text: string, rules: TextRules, place: Place = {}): string {
  let result = text.normalize('NFC');
  for (const [from, to] of Object.entries(rules.map)) result = result.replaceAll(from, to);
  result = withoutBrackets(result, rules);
  result = withoutDigits(result, rules, place);
  if (rules.case === 'lower') result = result.toLocaleLowerCase(rules.language);
  result = result.replace(APOSTROPHES, "'");
  if (rules.apostrophe === 'remove') result = result.replaceAll("'", '');
  if (rules.punctuation === 'remove') result = withoutPunctuation(result);
  return result.normalize('NFC').replace(/\s+/g, ' ').trim();
}

function withoutBrackets(text: string, rules: TextRules): string {
  if (rules.brackets === 'keep' || !text.match(BRACKETED)) return text;
  if (rules.brackets === 'exclude') throw new ExcludedText('it has a sound or a remark in brackets');
  return text.replace(BRACKETED, ' ');
}

function withoutDigits(text: string, rules: TextRules, place: Place): string {
  if (rules.digits === 'keep' || !/\p{Nd}/u.test(text)) return text;
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
      return text.replace(/\p{Nd}+/gu, ' ');
    case 'spell':
      return text.replace(/\p{Nd}+/gu, (digits) => ` ${numberWords(asciiDigits(digits), rules.language, place)} `);
  }
}

/** Digits of any script as 0 to 9: NFKC does it for mathematical ones; each script has its ten in a row. */
function asciiDigits(digits: string): string {
  return Array.from(digits.normalize('NFKC'), (digit) => {
    let value = 0;
    const code = digit.codePointAt(0)!;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value);
  }).join('');
}

/** An apostrophe inside or beside a word stays: `l'uomo`, `po'`. Hyphens and other marks part words. */
function withoutPunctuation(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}'\s]/gu, ' ').replace(/(?<![\p{L}\p{M}])'|'(?=')/gu, ' ');
}
