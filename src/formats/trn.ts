import { InputError } from '../support/errors.ts';
import { Notes, type Written } from './notes.ts';
import {
  linesWithContent,
  onOneLine,
  recordingName,
  refuseAlternatives,
  spaced,
  type Transcript,
} from './scored-text.ts';
import type { TimedTranscript } from './transcript.ts';

/**
 * NIST TRN: `words (id)` a line. The speaker is what stands before the first `-` or `_` of the id, as sclite has it for
 * `-i spu_id`.
 * @throws InputError for a line without an id
 */
export function parseTrn(content: string, file: string): Transcript[] {
  return Array.from(linesWithContent(content), ({ text, line }) => {
    const place = { file, line };
    const match = /^(.*)\(([^()]+)\)\s*$/.exec(text);
    if (!match)
      throw new InputError(
        'a TRN line ends with an id in brackets, this one does not',
        'Write it as `what is said (speaker-001)`.',
        place,
      );
    refuseAlternatives(match[1]!, place);
    const id = match[2]!.trim();
    const speaker = speakerOf(id);
    return { id, text: spaced(match[1]!), ...(speaker === undefined ? {} : { speaker }), place };
  });
}

function speakerOf(id: string): string | undefined {
  const end = id.includes('-') ? id.indexOf('-') : id.indexOf('_');
  return end > 0 ? id.slice(0, end) : undefined;
}

/** A transcript in TRN, an utterance a line, with ids of its recording and a number. */
export function writeTrn({ file, segments }: TimedTranscript): Written {
  const notes = new Notes();
  const recording = recordingName(file).replace(/[()]/g, '_');
  const lines = segments.map(({ text }, i) => {
    const said = onOneLine(text, notes).replace(/^;;/, '; ;');
    return `${said}${said && ' '}(${recording}-${String(i + 1).padStart(4, '0')})\n`;
  });
  return { content: lines.join(''), notes: notes.list };
}
