import { InputError, type Place } from '../support/errors.ts';
import { linesOf } from '../support/decode-text.ts';
import type { Notes } from './notes.ts';

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
export function* linesWithContent(text: string): Generator<{ text: string; line: number }> {
  for (const one of linesOf(text)) if (one.text.trim() !== '' && !one.text.startsWith(';;')) yield one;
}

/** The name under which NIST's formats know a recording: without folders, ending and blanks. */
export function recordingName(path: string): string {
  const name = path.split(/[\\/]/).at(-1)!;
  return name.replace(/(?<=.)\.[^.]*$/, '').replace(/[\s\p{C}]+/gu, '_') || 'unknown';
}

/** Text on one line that can't be taken for alternatives in braces: what had to be replaced is counted. */
export function onOneLine(text: string, notes: Notes): string {
  const plain = spaced(text.replace(/[\p{Cc}\p{Surrogate}]/gu, ' '));
  const unambiguous = plain.replace(/\{([^}]*\/[^}]*)\}/g, '($1)');
  notes.add('replaced', 'braces around alternatives became brackets', undefined, unambiguous === plain ? 0 : 1);
  return unambiguous;
}
