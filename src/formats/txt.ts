import { Notes, replaceSigns, type Written } from './notes.ts';
import type { TimedTranscript } from './transcript.ts';

/** An utterance a line: line breaks inside become blanks. */
export function writeTxt({ segments }: TimedTranscript): Written {
  const notes = new Notes();
  const lines = segments.map(({ text }) => {
    const plain = replaceSigns(text, /\s*[\r\n]+\s*/g, ' ', 'a line break became a blank', notes).trim();
    const signs = /(?!\t)[\p{Cc}\p{Surrogate}]/gu;
    return `${replaceSigns(plain, signs, '\uFFFD', 'a character that text files can’t hold became U+FFFD', notes)}\n`;
  });
  return { content: lines.join(''), notes: notes.list };
}
