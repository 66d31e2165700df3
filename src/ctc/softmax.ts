/**
 * Softmax of one row, written to `into`; both at `offset`.
 * @returns the natural log of the sum that was divided by, less the largest logit's share: log Σ exp(x − max) + max
 */
export function softmaxRow(logits: Float32Array, into: Float32Array, offset: number, tokens: number): number {
  let highest = -Infinity;
  for (let i = offset; i < offset + tokens; i++) if (logits[i]! > highest) highest = logits[i]!;
  let sum = 0;
  for (let i = offset; i < offset + tokens; i++) {
    const e = Math.exp(logits[i]! - highest);
    into[i] = e;
    sum += e;
  }
  const scale = 1 / sum;
  for (let i = offset; i < offset + tokens; i++) into[i]! *= scale;
  return Math.log(sum) + highest;
}
