import { LEAST_DB, level, QUIET } from '../audio/quiet.ts';
import { FRAME_SAMPLES } from '../encoder/own/architecture.ts';

/** So long has it been quiet when something was said to its end, 0.6 s; half of it belongs to what was said. */
const PAUSE_FRAMES = 30;
/** What is quiet and what is loud is known from the last 30 s. */
const REMEMBERED_FRAMES = 1500;
/**
 * Finds in live sound where somebody has finished: it has been quiet for 0.6 s, beside the last half minute. Speech
 * without pauses has no such place.
 */
export class Endpoints {
  /** Of frames of 20 ms, in dB. */
  private levels: number[] = [];
  /** Samples that were looked at. */
  private seen = 0;
  private quietFrames = 0;
  /** Whether something was said since the last place. */
  private spoken = false;

  /**
   * @param own what has come since the last cut, 16 kHz mono
   * @param start how many samples came before
   * @returns how much of it was said up to the pause, if there is one by now
   */
  find(own: Float32Array, start: number): number | undefined {
    const first = this.levels.length;
    for (this.seen = Math.max(this.seen, start); this.seen + FRAME_SAMPLES <= start + own.length;)
      this.levels.push(level(own.subarray(this.seen - start, (this.seen += FRAME_SAMPLES) - start)));
    const limit = limitOf(this.levels);
    for (const one of this.levels.slice(first)) {
      this.quietFrames = one <= limit ? this.quietFrames + 1 : 0;
      this.spoken ||= one > limit;
    }
    this.levels = this.levels.slice(-REMEMBERED_FRAMES);
    if (!this.spoken || this.quietFrames < PAUSE_FRAMES) return undefined;
    const end = this.seen - start - (this.quietFrames - PAUSE_FRAMES / 2) * FRAME_SAMPLES;
    // What was said lay before a cut that was made for its length.
    if (end <= 0) return undefined;
    this.spoken = false;
    return end;
  }
}

/** Where nothing stands out, nothing is loud. A click is shorter than three frames. */
function limitOf(levels: readonly number[]): number {
  const sorted = levels.toSorted((a, b) => a - b);
  const [noise, loud] = [sorted[Math.floor(sorted.length * 0.05)], sorted[sorted.length - 3]];
  if (noise === undefined || loud === undefined || loud - noise < LEAST_DB) return Infinity;
  return noise + QUIET * (loud - noise);
}
