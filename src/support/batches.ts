import type { Random } from './random.ts';

/** Examples that go through the network together, all padded to the same number of frames. */
export interface Batch {
  frames: number;
  /** Indices of the examples. */
  examples: number[];
}

/**
 * Batches of like lengths: little padding, and few different shapes (each new shape costs the engine an allocation).
 * @param frames of each example
 * @param budget frames a batch may hold, padding included; an example longer than that gets a batch of its own
 * @param random shuffles within a length and the batches among each other; in order when absent
 */
export function makeBatches(frames: ArrayLike<number>, budget: number, random?: Random): Batch[] {
  const byLength = new Map<number, number[]>();
  for (let i = 0; i < frames.length; i++) {
    const padded = paddedLength(frames[i]!);
    const alike = byLength.get(padded);
    if (alike) alike.push(i);
    else byLength.set(padded, [i]);
  }
  const batches: Batch[] = [];
  for (const [padded, examples] of [...byLength].sort(([a], [b]) => a - b)) {
    random?.shuffle(examples);
    const rows = Math.max(1, Math.floor(budget / padded));
    for (let i = 0; i < examples.length; i += rows)
      batches.push({ frames: padded, examples: examples.slice(i, i + rows) });
  }
  return random ? random.shuffle(batches) : batches;
}

/** Lengths grow by an eighth from one step of the grid to the next: at most that much of a row is padding. */
export function paddedLength(frames: number): number {
  let length = 16;
  while (length < frames) length = Math.ceil((length * 9) / 64) * 8;
  return length;
}
