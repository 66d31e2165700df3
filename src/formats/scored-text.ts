import { InputError, type Place } from '../support/errors.ts';

/** What was said or recognised in one utterance, as a file has it. */
export interface Transcript {
  id: string;
  /** NFC, words separated by single spaces. */
  text: string;
  speaker?: string;
  place: Place;
}

/** Text as scoring compares it. Letters that look the same are the same; case and punctuation stay as they are. */
export const spaced = (text: string): string =>
  text
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');

/** @throws InputError for several readings of one word: which of them counts would have to be guessed */
export function refuseAlternatives(text: string, place: Place): void {
  if (/\{[^}]*\/[^}]*\}/.test(text))
    throw new InputError(
      `alternatives in braces (${/\{[^}]*\}/.exec(text)![0]}) can’t be scored`,
      'Choose one of them.',
      place,
    );
}

/** Lines of a file without blanks and `;;` comments, with their numbers. */
export function* linesOf(text: string, comments: boolean): Generator<{ text: string; line: number }> {
  let line = 0;
  for (const raw of text.split(/\r?\n/)) {
    line++;
    if (raw.trim() !== '' && !(comments && raw.startsWith(';;'))) yield { text: raw, line };
  }
}
