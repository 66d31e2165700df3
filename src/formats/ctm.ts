import { InputError } from '../support/errors.ts';
import { Notes, type Written } from './notes.ts';
import { linesWithContent, recordingName, spaced } from './scored-text.ts';
import type { Segment } from './stm.ts';
import { wordsOf, type TimedTranscript } from './transcript.ts';

/** A recognised word. Times are seconds. */
export interface CtmWord {
  file: string;
  channel: string;
  start: number;
  duration: number;
  word: string;
  /** 0 to 1, where the recogniser gives it. */
  confidence?: number;
}

/**
 * NIST CTM: `file channel start duration word [confidence]` a line.
 * @throws InputError for a line with too few fields, bad times, or alternatives
 */
export function parseCtm(content: string, file: string): CtmWord[] {
  return Array.from(linesWithContent(content), ({ text, line }) => {
    const place = { file, line };
    const [recording, channel, from, length, word, confidence] = text.trim().split(/\s+/);
    if (word === undefined)
      throw new InputError('a CTM line has file, channel, start, duration and word', 'Add what is missing.', place);
    if (/^<ALT/i.test(word)) throw new InputError('alternatives can’t be scored', 'Keep the best one.', place);
    const [start, duration] = [Number(from), Number(length)];
    if (!(start >= 0 && duration >= 0))
      throw new InputError(`${from} and ${length} are no start and duration`, 'Give both in seconds.', place);
    if (confidence !== undefined && !Number.isFinite(Number(confidence)))
      throw new InputError(
        `the confidence ${confidence} is not a number`,
        'Give a number from 0 to 1, or nothing.',
        place,
      );
    return {
      file: recording!,
      channel: channel!,
      start,
      duration,
      word: word.normalize('NFC'),
      ...(confidence === undefined ? {} : { confidence: Number(confidence) }),
    };
  });
}

/**
 * The words of each segment of a reference. As sclite has it, a word belongs to the first segment that ends behind the
 * word's middle; what comes after the last segment belongs to that.
 * @throws InputError for words in a recording or channel of which there is no reference
 */
export function wordsInSegments(
  words: readonly CtmWord[],
  segments: readonly Segment[],
  file: string,
): Map<Segment, string> {
  const keyOf = (at: { file: string; channel: string }): string => `${at.file}\u0000${at.channel}`;
  const byRecording = new Map<string, Segment[]>();
  for (const segment of segments)
    byRecording.set(keyOf(segment), [...(byRecording.get(keyOf(segment)) ?? []), segment]);
  for (const list of byRecording.values()) list.sort((a, b) => a.start - b.start);
  const found = new Map<Segment, CtmWord[]>(segments.map((segment) => [segment, []]));
  for (const word of words) {
    const candidates = byRecording.get(keyOf(word));
    if (!candidates)
      throw new InputError(
        `words in ${word.file}, channel ${word.channel}, but no reference for it`,
        'Add it to the STM file, or leave these words out.',
        { file },
      );
    const middle = word.start + word.duration / 2;
    found.get(candidates.find((segment) => segment.end > middle) ?? candidates.at(-1)!)!.push(word);
  }
  return new Map(
    Array.from(found, ([segment, list]) => [
      segment,
      spaced(
        list
          .sort((a, b) => a.start - b.start)
          .map((w) => w.word)
          .join(' '),
      ),
    ]),
  );
}

/** A transcript's words in CTM. Utterances without words in time have theirs put evenly, which is noted. */
export function writeCtm({ file, segments }: TimedTranscript): Written {
  const notes = new Notes();
  const recording = recordingName(file);
  const lines = segments.flatMap((segment) =>
    wordsOf(segment, notes).map(({ text, start, end, confidence }) => {
      const word = text.replace(/[\s\p{Cc}\p{Surrogate}]+/gu, '_');
      const fields = [recording, 1, start.toFixed(3), (end - start).toFixed(3), word, confidence?.toFixed(3) ?? ''];
      return `${fields.join(' ').trimEnd()}\n`;
    }),
  );
  return { content: lines.join(''), notes: notes.list };
}
