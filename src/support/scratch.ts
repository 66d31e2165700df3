/** Gives memory of a wanted length, with whatever is in it. */
export type Allocate = (length: number) => Float32Array;

/**
 * Memory that is used again for every batch: asking the system for fresh pages for each costs more than filling them.
 * What was given out is good until the next `reset`.
 */
export class Scratch {
  private memory = new ArrayBuffer(0);
  private used = 0;
  /** What a round asked for beyond what was there: the next round has it. */
  private missing = 0;

  /** The memory's old contents are still in it. */
  readonly take: Allocate = (length) => {
    // Whole cache lines apart.
    const bytes = Math.ceil(length / 16) * 64;
    if (this.used + bytes > this.memory.byteLength) {
      this.missing += bytes;
      return new Float32Array(length);
    }
    const given = new Float32Array(this.memory, this.used, length);
    this.used += bytes;
    return given;
  };

  reset(): void {
    if (this.missing > 0) this.memory = new ArrayBuffer(Math.ceil(((this.used + this.missing) * 1.1) / 64) * 64);
    this.used = 0;
    this.missing = 0;
  }
}

export const fresh: Allocate = (length) => new Float32Array(length);
