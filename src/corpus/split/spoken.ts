import path from 'node:path';

/** What a split has to know of an utterance. */
export interface Spoken {
  id: string;
  seconds: number;
  recording: string;
  /** Normalised: what counts as the same text. */
  text: string;
  speaker?: string | undefined;
  /** Seconds into the recording. */
  start?: number | undefined;
  end?: number | undefined;
}

export const PARTS = ['train', 'dev', 'test'] as const;
export type Part = (typeof PARTS)[number];

export const secondsOf = (entries: readonly Spoken[]): number => entries.reduce((sum, { seconds }) => sum + seconds, 0);

/** Speakers that are known by name. */
export const speakersOf = (entries: readonly Spoken[]): Set<string> =>
  new Set(entries.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker])));

/** What was recorded together: the folder that a recording lies in, as SayMore has it. */
export const sessionOf = ({ recording }: Spoken): string => path.dirname(recording);
