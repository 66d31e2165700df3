import type { TimedTokens } from './greedy.ts';

/** No token. */
export const NONE = -1;

/**
 * Which tokens hypotheses wrote, and when: runs of frames, each linked to the run before it, so that histories are
 * shared.
 */
export class Traces {
  private readonly previous: number[] = [];
  private readonly tokens: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly masses: number[] = [];

  /**
   * A run of a token in frames [start, end), after another run or NONE.
   * @param mass sum of the token's probability over the run
   */
  add(previous: number, token: number, start: number, end: number, mass: number): number {
    this.previous.push(previous);
    this.tokens.push(token);
    this.starts.push(start);
    this.ends.push(end);
    return this.masses.push(mass) - 1;
  }

  /** The run with the next frame joined, where it is of this token and ends with the frame before; else as it is. */
  extend(run: number, token: number, frame: number, probability: number): number {
    if (run === NONE || this.tokens[run] !== token || this.ends[run] !== frame) return run;
    return this.add(this.previous[run]!, token, this.starts[run]!, frame + 1, this.masses[run]! + probability);
  }

  /**
   * All runs up to one.
   * @param delimiter trailing ones are left out
   * @param whole whether to leave out what stands after the last delimiter as well
   */
  read(run: number, delimiter: number, whole: boolean): TimedTokens {
    let last = run;
    if (whole) while (last !== NONE && this.tokens[last] !== delimiter) last = this.previous[last]!;
    while (last !== NONE && this.tokens[last] === delimiter) last = this.previous[last]!;
    const runs: number[] = [];
    for (let at = last; at !== NONE; at = this.previous[at]!) runs.push(at);
    runs.reverse();
    return {
      ids: Int32Array.from(runs, (at) => this.tokens[at]!),
      starts: Int32Array.from(runs, (at) => this.starts[at]!),
      ends: Int32Array.from(runs, (at) => this.ends[at]!),
      confidences: Float32Array.from(runs, (at) => this.masses[at]! / (this.ends[at]! - this.starts[at]!)),
    };
  }
}
