/**
 * Logits further than this below their row's highest are out of the fast exponential's range, and of float32's after
 * it: they count as so far.
 */
const RANGE = 80;

/** The most that a probability can be that may have been less, and a little for rounding. */
export const FLOOR = 1.003 * Math.exp(-RANGE);

/** 2^0 down to 2^-127: what is left of an exponential once the polynomial has done its part. */
const POWERS = Float64Array.from({ length: 128 }, (_, i) => 2 ** -i);

/**
 * e^x for −80 ≤ x ≤ 0, to a relative error under 1e-8: 2^n times a Taylor polynomial on |r| ≤ ln 2 / 2. Several times
 * as fast as Math.exp, which would be half the cost of CTC.
 */
export function fastExp(x: number): number {
  const n = (0.5 - x * Math.LOG2E) | 0;
  const r = x + n * Math.LN2;
  // Estrin's scheme: short chains of dependent operations instead of one long one.
  const r2 = r * r;
  const p = 1 + r + r2 * (1 / 2 + r * (1 / 6)) + r2 * r2 * (1 / 24 + r * (1 / 120) + r2 * (1 / 720 + r * (1 / 5040)));
  return POWERS[n]! * p;
}

/**
 * Softmax of one row of logits, written to `into`; both start at `offset`. What would be less than `FLOOR` may be more,
 * but not beyond it.
 * @returns whether they are numbers: if not, what was written is of no use
 */
export function softmaxRow(logits: Float32Array, into: Float32Array, offset: number, tokens: number): boolean {
  const end = offset + tokens;
  let highest = -Infinity;
  for (let i = offset; i < end; i++) {
    const x = logits[i]!;
    if (x > highest) highest = x;
  }
  let sum = 0;
  for (let i = offset; i < end; i++) {
    const below = logits[i]! - highest;
    const e = fastExp(below < -RANGE ? -RANGE : below);
    into[i] = e;
    sum += e;
  }
  const scale = 1 / sum;
  for (let i = offset; i < end; i++) into[i]! *= scale;
  return sum === sum;
}
