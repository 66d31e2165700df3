import type { Beam } from './beam-columns.ts';
import { NONE } from './traces.ts';

/** The hypotheses of a beam by prefix. A group is named by the index of its first hypothesis. */
export class Groups {
  /** Of each hypothesis. */
  readonly of: Int32Array;
  /** How many hypotheses end on each token. */
  readonly endOn: Int32Array;
  /** By prefix: in which beam it was seen last, and its group there. */
  private seen = new Int32Array(1024);
  private group = new Int32Array(1024);
  private turn = 0;

  constructor(width: number, tokens: number) {
    this.of = new Int32Array(width);
    this.endOn = new Int32Array(tokens);
  }

  find(beam: Beam): void {
    this.turn++;
    this.endOn.fill(0);
    for (let i = 0; i < beam.size; i++) {
      const prefix = beam.prefixes[i]!;
      if (prefix >= this.seen.length) this.grow(prefix);
      if (this.seen[prefix] !== this.turn) {
        this.seen[prefix] = this.turn;
        this.group[prefix] = i;
      }
      this.of[i] = this.group[prefix]!;
      if (beam.lasts[i] !== NONE) this.endOn[beam.lasts[i]!]!++;
    }
  }

  /** The group of a prefix, or NONE where no hypothesis has it. */
  at(prefix: number): number {
    return this.seen[prefix] === this.turn ? this.group[prefix]! : NONE;
  }

  private grow(prefix: number): void {
    const [seen, group] = [this.seen, this.group];
    this.seen = new Int32Array(2 * prefix);
    this.group = new Int32Array(2 * prefix);
    this.seen.set(seen);
    this.group.set(group);
  }
}
