import type { Row } from './loss.ts';

/**
 * CTC with a logarithm and exponentials in each cell: slow, and right however sure or wrong the network is.
 * @param gradient overwritten with dLoss/dLogits of this row
 * @returns +Infinity where a needed token has no probability, NaN where logits are not numbers; then no gradient is
 * written
 */
export function logSpaceLoss(logits: Float32Array, gradient: Float32Array, row: Row): number {
  const { start, count, tokens, blank, target } = row;
  const states = 2 * target.length + 1;
  const logs = logSoftmax(logits, row);
  const label = (s: number): number => (s & 1 ? target[s >> 1]! : blank);
  const skips = (s: number): boolean => s > 1 && (s & 1) === 1 && target[s >> 1] !== target[(s >> 1) - 1];
  const alphas = new Float64Array(count * states);
  for (let t = 0; t < count; t++)
    for (let s = 0; s < states; s++) {
      const before = (t - 1) * states + s;
      let mass = t > 0 ? alphas[before]! : s < 2 ? 0 : -Infinity;
      if (t > 0 && s > 0) mass = logAdd(mass, alphas[before - 1]!);
      if (t > 0 && skips(s)) mass = logAdd(mass, alphas[before - 2]!);
      alphas[t * states + s] = mass + logs[t * tokens + label(s)]!;
    }
  const end = count * states;
  const total = states > 1 ? logAdd(alphas[end - 1]!, alphas[end - 2]!) : alphas[end - 1]!;
  if (!Number.isFinite(total)) return -total;
  for (let i = 0; i < count * tokens; i++) gradient[start + i] = Math.exp(logs[i]!);
  // betas[s] holds the next frame's, its emission joined.
  const betas = new Float64Array(states + 2).fill(-Infinity);
  for (let t = count - 1; t >= 0; t--) {
    for (let s = 0; s < states; s++) {
      let mass = t < count - 1 ? logAdd(betas[s]!, betas[s + 1]!) : s > states - 3 ? 0 : -Infinity;
      if (skips(s + 2)) mass = logAdd(mass, betas[s + 2]!);
      gradient[start + t * tokens + label(s)]! -= Math.exp(alphas[t * states + s]! + mass - total);
      betas[s] = mass + logs[t * tokens + label(s)]!;
    }
  }
  return -total;
}

function logSoftmax(logits: Float32Array, { start, count, tokens }: Row): Float64Array {
  const logs = new Float64Array(count * tokens);
  for (let t = 0; t < count; t++) {
    const frame = logits.subarray(start + t * tokens, start + (t + 1) * tokens);
    const highest = frame.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = highest + Math.log(frame.reduce((sum, x) => sum + Math.exp(x - highest), 0));
    for (let k = 0; k < tokens; k++) logs[t * tokens + k] = frame[k]! - total;
  }
  return logs;
}

function logAdd(a: number, b: number): number {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}
