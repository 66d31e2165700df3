import type { Notes } from './notes.ts';

/**
 * What was said in one recording, with times: what the writers of transcripts take. Seconds from the recording's start.
 */
export interface TimedTranscript {
  /** The recording's path. */
  file: string;
  /** Its length in seconds. */
  seconds: number;
  language?: string;
  segments: TimedSegment[];
}

/** An utterance: what was said between two pauses. */
export interface TimedSegment {
  start: number;
  end: number;
  text: string;
  speaker?: string;
  /** 0 to 1. */
  confidence?: number;
  words?: TimedToken[];
}

export interface TimedToken {
  text: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence?: number;
}

/** An utterance's words; where it has none in time, those of its text, as if all were equally long. */
export function wordsOf({ start, end, text, words }: TimedSegment, notes: Notes): TimedToken[] {
  if (words && words.length > 0) return words;
  const spoken = text.split(/\s+/).filter((word) => word !== '');
  notes.add('interpolated', 'words have no times of their own: they share their utterance’s', undefined, spoken.length);
  const at = (i: number): number => start + ((end - start) * i) / spoken.length;
  return spoken.map((word, i) => ({ text: word, start: at(i), end: at(i + 1) }));
}
