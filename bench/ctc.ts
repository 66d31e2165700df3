import { ctcLoss } from '../src/ctc/loss.ts';
import { Random } from '../src/support/random.ts';
import { median, report } from './timing.ts';

const [BATCH, FRAMES, TOKENS, LABELS] = [16, 300, 40, 50];

/** Loss and gradient against the textbook's log-space recursion, a logarithm and exponentials in each cell. */
export async function benchCtc(): Promise<void> {
  const random = new Random(1);
  const logits = Float32Array.from({ length: BATCH * FRAMES * TOKENS }, () => random.normal());
  const targets = Array.from({ length: BATCH }, () => Int32Array.from({ length: LABELS }, () => 1 + random.int(TOKENS - 1)));
  const frameCounts = new Int32Array(BATCH).fill(FRAMES);
  const gradient = new Float32Array(logits.length);
  const ours = await median(40, () => ctcLoss(logits, { batch: BATCH, frames: FRAMES, tokens: TOKENS }, frameCounts, targets, 0, gradient));
  const textbook = await median(5, () => targets.forEach((target, row) => logSpace(logits.subarray(row * FRAMES * TOKENS), target, gradient.subarray(row * FRAMES * TOKENS))));
  report('CTC loss + gradient [16 × 300 × 40], 50 labels', ours, 'log space, a cell at a time', textbook);
}

const logAdd = (a: number, b: number): number => (a === -Infinity ? b : b === -Infinity ? a : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))));

function logSpace(logits: Float32Array, target: Int32Array, gradient: Float32Array): number {
  const states = 2 * target.length + 1;
  const label = (s: number): number => (s & 1 ? target[s >> 1]! : 0);
  const skip = (s: number): boolean => s > 1 && (s & 1) === 1 && target[s >> 1] !== target[(s >> 1) - 1];
  const logs = new Float64Array(FRAMES * TOKENS);
  for (let t = 0; t < FRAMES; t++) {
    let total = -Infinity;
    for (let k = 0; k < TOKENS; k++) total = logAdd(total, logits[t * TOKENS + k]!);
    for (let k = 0; k < TOKENS; k++) logs[t * TOKENS + k] = logits[t * TOKENS + k]! - total;
  }
  const alpha = new Float64Array(FRAMES * states).fill(-Infinity);
  const beta = new Float64Array(FRAMES * states).fill(-Infinity);
  for (let t = 0; t < FRAMES; t++)
    for (let s = 0; s < states; s++) {
      let mass = t === 0 ? (s < 2 ? 0 : -Infinity) : alpha[(t - 1) * states + s]!;
      if (t > 0 && s > 0) mass = logAdd(mass, alpha[(t - 1) * states + s - 1]!);
      if (t > 0 && skip(s)) mass = logAdd(mass, alpha[(t - 1) * states + s - 2]!);
      alpha[t * states + s] = mass + logs[t * TOKENS + label(s)]!;
    }
  for (let t = FRAMES - 1; t >= 0; t--)
    for (let s = states - 1; s >= 0; s--) {
      const from = (s2: number): number => beta[(t + 1) * states + s2]! + logs[(t + 1) * TOKENS + label(s2)]!;
      let mass = t === FRAMES - 1 ? (s > states - 3 ? 0 : -Infinity) : from(s);
      if (t < FRAMES - 1 && s + 1 < states) mass = logAdd(mass, from(s + 1));
      if (t < FRAMES - 1 && s + 2 < states && skip(s + 2)) mass = logAdd(mass, from(s + 2));
      beta[t * states + s] = mass;
    }
  const end = (FRAMES - 1) * states;
  const total = logAdd(alpha[end + states - 1]!, alpha[end + states - 2]!);
  for (let t = 0; t < FRAMES; t++) {
    for (let k = 0; k < TOKENS; k++) gradient[t * TOKENS + k] = Math.exp(logs[t * TOKENS + k]!);
    for (let s = 0; s < states; s++) gradient[t * TOKENS + label(s)]! -= Math.exp(alpha[t * states + s]! + beta[t * states + s]! - total);
  }
  return -total;
}
