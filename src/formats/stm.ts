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

/** A stretch of a recording with what is said in it. Times are seconds. */
export interface Segment extends Transcript {
  file: string;
  channel: string;
  speaker: string;
  start: number;
  end: number;
  /** Left out of scoring, with whatever was recognised in it. */
  ignored: boolean;
}

const IGNORED = /^ignore_time_segment_in_scoring$/i;

/**
 * NIST STM: `file channel speaker start end <labels> words` a line. Ids are made as sclite makes them: the speaker and
 * a number.
 * @throws InputError for a line with too few fields or bad times
 */
export function parseStm(content: string, file: string): Segment[] {
  const counts = new Map<string, number>();
  return Array.from(linesWithContent(content), ({ text, line }) => {
    const place = { file, line };
    const match = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)(?:\s+<[^>]*>)?(.*)$/.exec(text);
    if (!match)
      throw new InputError(
        'an STM line has file, channel, speaker, start, end and words',
        'Add what is missing.',
        place,
      );
    const [, recording, channel, speaker, from, to, words] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const [start, end] = [Number(from), Number(to)];
    if (!(start >= 0 && end >= start))
      throw new InputError(`${from} to ${to} is no stretch of time`, 'Give start and end in seconds.', place);
    const ignored = IGNORED.test(words.trim());
    if (!ignored) refuseAlternatives(words, place);
    const count = counts.get(speaker) ?? 0;
    if (!ignored) counts.set(speaker, count + 1);
    return {
      id: `${speaker}-${String(count).padStart(3, '0')}`,
      text: ignored ? '' : spaced(words),
      file: recording,
      channel,
      speaker,
      start,
      end,
      ignored,
      place,
    };
  });
}

/** A transcript in STM, an utterance a line; who speaks is `unknown` where that isn't known. */
export function writeStm({ file, segments }: TimedTranscript): Written {
  const notes = new Notes();
  const recording = recordingName(file);
  const lines = segments.map(({ start, end, text, speaker }) => {
    const who = (speaker ?? '').replace(/[\s\p{C}]+/gu, '_') || 'unknown';
    return `${`${recording} 1 ${who} ${start.toFixed(3)} ${end.toFixed(3)} <o> ${onOneLine(text, notes)}`.trimEnd()}\n`;
  });
  return { content: lines.join(''), notes: notes.list };
}
