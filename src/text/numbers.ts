import { InputError, type Place } from '../support/errors.ts';
import { readNumber, separatorsOf, type WrittenNumber } from './number-signs.ts';
import { numberWordsOf, type NumberWords } from './number-words.ts';
import { ordinalOf } from './ordinals.ts';

/** Thrown where a number can be read in several ways, or in none. */
export class UnsureNumber extends Error {
  override readonly name = 'UnsureNumber';
}

/**
 * A text with its numbers in words, as the language writes numbers: `1.500` is millecinquecento in Italian, one point
 * five zero zero in English. Times, dates, years that are not read as numbers are, percentages and whatever else leaves
 * a doubt are not guessed at. Each number has a space on either side.
 * @param place named in errors
 * @throws InputError when the language's number words are not known, UnsureNumber for what can't be read for certain
 * @example
 * spellNumbers('1.500 persone, 3,5 euro', 'it');
 * // ' millecinquecento  persone,  tre virgola cinque  euro'
 */
export function spellNumbers(text: string, language: string, place: Place = {}): string {
  const words = numberWordsOf(language);
  if (!words)
    throw new InputError(
      `number words of the language ${language} are not known`,
      'Write the numbers out, or set text.digits in the recipe to remove, exclude or keep.',
      place,
    );
  const plain = text.replace(/\p{Nd}/gu, asciiDigit);
  const { pattern } = separatorsOf(language);
  let [result, at] = ['', 0];
  for (const { 0: digits, index } of plain.matchAll(pattern)) {
    if (index < at) continue;
    const before = plain.slice(0, index);
    const after = plain.slice(index + digits.length);
    const spelt = inWords({ digits, before, after }, language, words);
    const elided = /[\p{L}\p{M}]['’]$/u.test(before);
    result += `${plain.slice(at, index).replace(/−$/, '')}${elided ? '' : ' '}${spelt.words} `;
    at = index + digits.length + spelt.suffix;
  }
  const rest = plain.slice(at);
  if (/[¼-¾⅐-⅞↉①-⓿]/u.test(result + rest)) throw unsure(/\S*[¼-¾⅐-⅞↉①-⓿]\S*/u.exec(plain)![0]);
  return result + rest;
}

/** Whether a language's number words are known. */
export const spellsNumbers = (language: string): boolean => numberWordsOf(language) !== undefined;

/** What may not touch a number: letters (MP3), and signs that are read too or change what it means. */
const TOUCHES_BEFORE = /(?:[\p{L}\p{M}\p{Sc}#№§±≈<>=*/\\@&+.,^_|-]|\p{Sc}\s|(?<![\p{L}\p{M}])['’‘])$/u;
const TOUCHES_AFTER = /^(?:[\p{L}\p{M}ºª°%‰\p{Sc}/\\@&#*=<>+^_|]|\s?[%‰\p{Sc}°]|['’][\p{L}\p{M}]|['’′″]|[:–—-]\p{Nd})/u;
/** Languages that write 3. for third: before another word it may be one. */
const ORDINAL_DOT = new Set(['de', 'da', 'nb', 'nn', 'fi', 'cs', 'hr', 'hu', 'sr', 'tr', 'lv', 'pl']);

function inWords(
  { digits, before, after }: { digits: string; before: string; after: string },
  language: string,
  words: NumberWords,
): { words: string; suffix: number } {
  const [primary] = language.split('-') as [string];
  const written = /\S*$/.exec(before)![0] + digits + /^\S*/.exec(after)![0];
  // An elided article, or the end of a word: l’8 marzo, COVID-19.
  const attached = /[\p{L}\p{M}](?:['’]|-)$/u.test(before);
  if (!attached && TOUCHES_BEFORE.test(before)) throw unsure(written);
  const ordinal = ordinalOf(digits, after, primary, words);
  if (ordinal) return ordinal;
  if (TOUCHES_AFTER.test(after)) throw unsure(written);
  if (ORDINAL_DOT.has(primary) && /^\.\s+\p{L}/u.test(after)) throw unsure(`${written} …`);
  const number = readNumber(digits, language);
  if (!number || isYear(number, primary)) throw unsure(written);
  const negative = /(?<![^\s(])−$/.test(before);
  return { words: spoken(number, primary, negative, words), suffix: 0 };
}

/** Languages in which a year is no number: nineteen eighty-four; and until when. */
const YEARS: Readonly<Record<string, number>> = {
  en: 2100,
  de: 2000,
  nl: 2000,
  sv: 2000,
  da: 2000,
  nb: 2000,
  no: 2000,
};

function isYear({ digits, fraction, grouped }: WrittenNumber, primary: string): boolean {
  const value = Number(digits);
  const before = YEARS[primary];
  if (grouped || fraction !== '' || before === undefined) return false;
  return (value >= 1100 && value < Math.min(before, 2000)) || (value >= 2010 && value < before);
}

function spoken({ digits, fraction }: WrittenNumber, primary: string, negative: boolean, words: NumberWords): string {
  const sign = negative ? '-' : '';
  if (fraction.length < 2) return words.cardinal(`${sign}${digits}${fraction === '' ? '' : `.${fraction}`}`);
  // n2words makes three point fourteen of 3.14, which is right in some languages: in English it is not, elsewhere
  // unsure.
  if (primary !== 'en') throw unsure(`${digits},${fraction}`);
  return [words.cardinal(sign + digits), 'point', ...Array.from(fraction, (digit) => words.cardinal(digit))].join(' ');
}

const unsure = (written: string): UnsureNumber =>
  new UnsureNumber(`“${written}” can be read in several ways: write it out`);

/** A digit of any script: NFKC knows the mathematical ones; each script has its ten in a row. */
function asciiDigit(digit: string): string {
  const [code] = Array.from(digit.normalize('NFKC'), (character) => character.codePointAt(0)!) as [number];
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
