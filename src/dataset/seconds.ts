import { SAMPLE_RATE } from '../audio/format.ts';

/** Seconds of speech in items. */
export const secondsOf = (items: readonly { samples: number }[]): number =>
  items.reduce((sum, { samples }) => sum + samples, 0) / SAMPLE_RATE;

/** Minutes of speech in items. */
export const minutesOf = (items: readonly { samples: number }[]): number => secondsOf(items) / 60;
