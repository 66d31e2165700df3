import { InputError } from '../support/errors.ts';
import { SAMPLE_RATE } from './format.ts';
import type { Sound } from './source.ts';

/** A recording, or a stretch of one: seconds on its timeline. */
export interface Stretch extends Sound {
  file: string;
  start?: number | undefined;
  end?: number | undefined;
}

/** Annotations are often drawn a little beyond the sound. Seconds. */
const LITTLE_BEYOND = 0.25;

const SHORTEST_SPEECH = 0.1;

/**
 * Minutes in one piece: no utterance has so many, and several pieces at once must fit into a small computer's memory.
 */
const MOST_MINUTES = 10;
export const MOST_SAMPLES = MOST_MINUTES * 60 * SAMPLE_RATE;

/** More than can be taken in one piece. */
export class TooLong extends InputError {
  constructor(file: string) {
    super(
      `it is longer than ${MOST_MINUTES} minutes, too long to be taken in one piece`,
      'Give the start and end of each utterance, or cut it.',
      { file },
    );
  }
}

/** @param length of the recording in seconds, where it is known */
export function tooLong({ file, start = 0, end }: Stretch, length: number | undefined): TooLong | undefined {
  const last = Math.min(end ?? Infinity, length ?? Infinity);
  return Number.isFinite(last) && (last - start) * SAMPLE_RATE > MOST_SAMPLES ? new TooLong(file) : undefined;
}

/** Cuts a stretch out of a recording that comes in blocks: sample `round(16000 · start)` up to `round(16000 · end)`. */
export class StretchCutter {
  private readonly file: string;
  private readonly stretch: Pick<Stretch, 'start' | 'end'>;
  private readonly from: number;
  private readonly to: number;
  private seen = 0;

  constructor(file: string, stretch: Pick<Stretch, 'start' | 'end'>) {
    this.file = file;
    this.stretch = stretch;
    this.from = Math.round((stretch.start ?? 0) * SAMPLE_RATE);
    this.to = stretch.end === undefined ? Infinity : Math.round(stretch.end * SAMPLE_RATE);
  }

  /** The block's part of the stretch: a view, and often empty. */
  take(block: Float32Array): Float32Array {
    const first = Math.max(0, Math.min(block.length, this.from - this.seen));
    const end = Math.max(first, Math.min(block.length, this.to - this.seen));
    this.seen += block.length;
    return block.subarray(first, end);
  }

  /** @throws InputError when the recording has ended before the stretch, by more than a little */
  finish(): void {
    const { start = 0, end } = this.stretch;
    const length = this.seen / SAMPLE_RATE;
    if (this.from < this.seen && (end === undefined || end <= length + LITTLE_BEYOND)) return;
    const inMilliseconds = (end ?? start) / 1000 <= length && ((end ?? Infinity) - start) / 1000 > SHORTEST_SPEECH;
    throw new InputError(
      `stretch ${start}-${end ?? ''} s, the recording ends at ${Number(length.toFixed(3))} s`,
      inMilliseconds ? 'Times are seconds: are these milliseconds?' : 'Mend its start and end, in seconds.',
      { file: this.file },
    );
  }
}
