import { minimumFrames } from './feasible.ts';
import { softmaxRow } from './softmax.ts';

export interface LogitsShape {
  batch: number;
  frames: number;
  tokens: number;
}

/**
 * CTC loss and its gradient (Graves et al. 2006), in probability space: each frame's forward and backward variables are
 * scaled to sum to one (Rabiner 1989, V.A), which costs one logarithm a frame where log space costs several a cell.
 * @param logits [batch, frames, tokens], before softmax
 * @param frameCounts frames that are there in each row; the rest is padding
 * @param targets token ids of each row, without blanks; may be empty
 * @param gradient of the layout of `logits`, overwritten with dLoss/dLogits; zero on padding
 * @returns −ln p(target) of each row; +Infinity, with a zero gradient, where the frames are too few
 */
export function ctcLoss(
  logits: Float32Array, shape: LogitsShape, frameCounts: Int32Array, targets: readonly Int32Array[], blank: number, gradient: Float32Array,
): Float64Array {
  const { batch, frames, tokens } = shape;
  const losses = new Float64Array(batch);
  for (let row = 0; row < batch; row++) {
    const start = row * frames * tokens;
    const count = frameCounts[row]!;
    const end = start + count * tokens;
    gradient.fill(0, end, start + frames * tokens);
    const target = targets[row]!;
    if (count === 0 || minimumFrames(target) > count) {
      losses[row] = count === 0 && target.length === 0 ? 0 : Infinity;
      gradient.fill(0, start, end);
      continue;
    }
    for (let t = 0; t < count; t++) softmaxRow(logits, gradient, start + t * tokens, tokens);
    losses[row] = lossOfRow(gradient, start, count, tokens, target, blank);
    if (losses[row] === Infinity) gradient.fill(0, start, end);
  }
  return losses;
}

/** Scratch that grows to the largest row seen. */
let alphas = new Float64Array(0);
let beta = new Float64Array(0);
let nextBeta = new Float64Array(0);
let labels = new Int32Array(0);
let skips = new Uint8Array(0);
let occupancy = new Float64Array(0);

/** On entry `p` holds one row's probabilities from `start`; on return dLoss/dLogits stands in their place. */
function lossOfRow(p: Float32Array, start: number, count: number, tokens: number, target: Int32Array, blank: number): number {
  const states = 2 * target.length + 1;
  prepare(states, count, tokens, target, blank);
  const loss = forward(p, start, count, tokens, states);
  if (loss === Infinity) return loss;
  backward(p, start, count, tokens, states);
  return loss;
}

/** The target with blanks around every token, and where a path may skip the blank between two tokens. */
function prepare(states: number, count: number, tokens: number, target: Int32Array, blank: number): void {
  if (alphas.length < states * count) alphas = new Float64Array(states * count);
  if (beta.length < states + 2) {
    beta = new Float64Array(states + 2);
    nextBeta = new Float64Array(states + 2);
    labels = new Int32Array(states + 2);
    skips = new Uint8Array(states + 2);
  }
  if (occupancy.length < tokens) occupancy = new Float64Array(tokens);
  skips.fill(0, states, states + 2);
  for (let s = 0; s < states; s++) {
    labels[s] = s & 1 ? target[s >> 1]! : blank;
    skips[s] = s & 1 && s > 1 && target[s >> 1] !== target[(s >> 1) - 1] ? 1 : 0;
  }
}

/**
 * Fills `alphas`, each frame scaled to sum to one. States that can't be reached yet, or from which the end can't be reached
 * any more, stay zero. Returns −ln p(target), +Infinity when it vanishes.
 */
function forward(p: Float32Array, start: number, count: number, tokens: number, states: number): number {
  let loss = 0;
  let product = 1;
  alphas.fill(0, 0, states * count);
  for (let t = 0; t < count; t++) {
    const now = t * states;
    const before = now - states;
    const row = start + t * tokens;
    const first = Math.max(0, states - 2 * (count - t));
    const last = Math.min(states, 2 * t + 2);
    let sum = 0;
    for (let s = first; s < last; s++) {
      let mass = 1;
      if (t > 0) {
        mass = alphas[before + s]!;
        if (s > 0) mass += alphas[before + s - 1]!;
        if (skips[s] === 1) mass += alphas[before + s - 2]!;
      }
      const value = mass * p[row + labels[s]!]!;
      alphas[now + s] = value;
      sum += value;
    }
    if (!(sum > 0)) return Infinity;
    const scale = 1 / sum;
    for (let s = first; s < last; s++) alphas[now + s]! *= scale;
    // One logarithm for many frames.
    product *= sum;
    if (product < 1e-200) {
      loss -= Math.log(product);
      product = 1;
    }
  }
  return loss - Math.log(product);
}

/** Replaces probabilities by dLoss/dLogits = probability − share of all paths that are at that token. */
function backward(p: Float32Array, start: number, count: number, tokens: number, states: number): void {
  // beta[s]: mass of all ways on from state s at this frame, up to a scale; zeros past the end spare bounds checks.
  beta.fill(0, 0, states + 2);
  nextBeta.fill(0, 0, states + 2);
  beta[states - 1] = 1;
  if (states > 1) beta[states - 2] = 1;
  for (let t = count - 1; t >= 0; t--) {
    const now = t * states;
    const row = start + t * tokens;
    const first = Math.max(0, states - 2 * (count - t));
    const last = Math.min(states, 2 * t + 2);
    occupancy.fill(0, 0, tokens);
    let total = 0;
    let sum = 0;
    for (let s = first; s < states; s++) {
      const mass = beta[s]!;
      const label = labels[s]!;
      if (s < last) {
        const share = alphas[now + s]! * mass;
        occupancy[label]! += share;
        total += share;
      }
      // This frame's emission joins before the mass is passed one frame back.
      const value = mass * p[row + label]!;
      nextBeta[s] = value;
      sum += value;
    }
    const scale = 1 / sum;
    for (let s = Math.max(0, first - 2); s < states; s++) {
      let mass = nextBeta[s]! + nextBeta[s + 1]!;
      if (skips[s + 2] === 1) mass += nextBeta[s + 2]!;
      beta[s] = mass * scale;
    }
    const share = 1 / total;
    for (let k = 0; k < tokens; k++) p[row + k]! -= occupancy[k]! * share;
  }
}
