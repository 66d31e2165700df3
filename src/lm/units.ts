import { InputError, type Place } from '../support/errors.ts';
import { canonicalLanguage, languageProblem } from '../text/language.ts';
import { ExcludedText, normalise } from '../text/normalise.ts';
import type { RemovedSigns } from '../text/removed-signs.ts';
import type { TextRules } from '../text/rules.ts';
import { textToTokens } from '../text/targets.ts';
import { DELIMITER } from '../text/vocabulary.ts';

/**
 * What a model's tokens are, and how text becomes them. It is kept in the model's file: other text is to go the same
 * way.
 */
export interface TextUnits {
  unit: 'word' | 'character';
  /** Without rules text is taken as it stands, parted at spaces, tabs, CR and NUL, as lmplz does. */
  rules?: TextRules;
  /** Graphemes of more than one character, for the unit `character`. */
  profile?: readonly string[];
}

export const UNKNOWN = '<unk>';
export const BEGIN = '<s>';
export const END = '</s>';

/**
 * Rules for text of any origin: lower case, no punctuation, remarks in brackets dropped, numbers written out.
 * @throws InputError where the language is none
 */
export const plainRules = (language: string): TextRules => ({
  language: knownLanguage(language),
  case: 'lower',
  punctuation: 'remove',
  brackets: 'remove',
  digits: 'spell',
  apostrophe: 'auto',
  map: {},
});

function knownLanguage(written: string): string {
  const tag = canonicalLanguage(written);
  if (tag === undefined) throw new InputError(languageProblem(written), 'Codes are those of ISO 639-3.');
  return tag;
}

/**
 * The tokens of a line: words, or graphemes with `|` between words. A line by rules that has nothing left, or that the
 * rules exclude, is no sentence: undefined. Without rules every line is one, an empty line too.
 * @param removed counts the signs that the rules take out
 * @throws InputError when the text has `<s>`, `</s>` or `<unk>` as a token, or what the rules refuse
 */
export function tokensOf(
  line: string,
  units: TextUnits,
  place: Place = {},
  removed?: RemovedSigns,
): string[] | undefined {
  const words = wordsOf(line, units.rules, place, removed);
  if (!words || (units.rules && words.length === 0)) return undefined;
  for (const word of words)
    if (word === BEGIN || word === END || word === UNKNOWN)
      throw new InputError(
        `${word} stands in the text`,
        'Remove it: the marks of the model itself are no words.',
        place,
      );
  return units.unit === 'word' ? words : textToTokens(words.join(' '), units.profile);
}

function wordsOf(
  line: string,
  rules: TextRules | undefined,
  place: Place,
  removed?: RemovedSigns,
): string[] | undefined {
  const separator = /[ \t\r\0]+/;
  if (!rules) return line.split(separator).filter((word) => word !== '');
  try {
    return normalise(line, rules, place, removed)
      .split(' ')
      .filter((word) => word !== '');
  } catch (error) {
    if (error instanceof ExcludedText) return undefined;
    throw error;
  }
}

/** An ARPA file doesn't say what its tokens are; `|` among them is the mark between words that only characters need. */
export const guessUnit = (has: (token: string) => boolean): 'word' | 'character' =>
  has(DELIMITER) ? 'character' : 'word';
