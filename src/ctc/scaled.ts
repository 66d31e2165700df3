import type { Row } from './loss.ts';
import { FLOOR } from './softmax.ts';

/** How far the two ways to the same loss may lie apart, relative to it: beyond that, a path that counts was lost. */
const AGREEMENT = 1e-6;

/** The most of all paths that may go by a token at a frame whose probability is not known exactly. */
const NEGLIGIBLE = 1e-9;

/**
 * CTC in probability space: each frame's forward and backward variables are scaled (Rabiner 1989, V.A), which costs a
 * logarithm now and then where log space costs several a cell.
 * @param p on entry the row's probabilities; on return dLoss/dLogits stands in their place
 * @returns the loss, or NaN, with `p` in no state to be used, where paths that count have fallen out of float64's range
 * or go by what is less than `FLOOR`
 */
export function scaledLoss(p: Float32Array, row: Row): number {
  prepare(row);
  const loss = forward(p, row);
  const again = backward(p, row);
  return Math.abs(loss - again) <= AGREEMENT * (1 + Math.abs(loss)) ? loss : NaN;
}

/**
 * Grows to the largest row seen. In alphas and betas, pairs (blank before token i, token i) lie side by side, and a
 * last one of the closing blank and nothing.
 */
const scratch = {
  alphas: new Float64Array(0),
  betas: new Float64Array(0),
  /** 1 where a path may come straight from the token before: not between equal tokens. */
  skips: new Float64Array(0),
  occupancy: new Float64Array(0),
};

function prepare({ count, tokens, target }: Row): void {
  const width = 2 * target.length + 2;
  if (scratch.alphas.length < width * count) scratch.alphas = new Float64Array(width * count);
  if (scratch.betas.length < width) {
    scratch.betas = new Float64Array(width);
    scratch.skips = new Float64Array(width);
  }
  if (scratch.occupancy.length < tokens) scratch.occupancy = new Float64Array(tokens);
  const { skips } = scratch;
  skips[0] = 0;
  skips[target.length] = 0;
  for (let i = 1; i < target.length; i++) skips[i] = target[i] === target[i - 1] ? 0 : 1;
}

/**
 * Fills `alphas`, each frame up to a scale, in the window of tokens that can be reached by then and from which the end
 * can still be reached.
 */
function forward(p: Float32Array, { start, count, tokens, blank, target }: Row): number {
  const { alphas, skips } = scratch;
  const length = target.length;
  const width = 2 * length + 2;
  let loss = 0;
  let product = 1;
  let scale = 1;
  alphas.fill(0, 0, width);
  alphas[0] = p[start + blank]!;
  if (length > 0) alphas[1] = p[start + target[0]!]!;
  for (let t = 1; t < count; t++) {
    const frame = start + t * tokens;
    const low = Math.max(0, length - count + t);
    const high = Math.min(length, t + 1);
    const pBlank = p[frame + blank]! * scale;
    let before = (t - 1) * width + 2 * low;
    let now = t * width + 2 * low;
    let previous = low > 0 ? alphas[before - 1]! : 0;
    let sum = 0;
    for (let i = low; i < high; i++, before += 2, now += 2) {
      const fromBlank = alphas[before]!;
      const fromToken = alphas[before + 1]!;
      const atBlank = (fromBlank + previous) * pBlank;
      const atToken = (fromToken + fromBlank + skips[i]! * previous) * p[frame + target[i]!]! * scale;
      alphas[now] = atBlank;
      alphas[now + 1] = atToken;
      sum += atBlank + atToken;
      previous = fromToken;
    }
    // The closing blank, or, before it can be reached, nothing: the next frame looks one pair further.
    const closing = t >= length ? (alphas[before]! + previous) * pBlank : 0;
    alphas[now] = closing;
    alphas[now + 1] = 0;
    sum += closing;
    scale = 1 / sum;
    product *= sum;
    // One logarithm for many frames.
    if (product < 1e-200) {
      loss -= Math.log(product);
      product = 1;
    }
  }
  const end = count * width;
  const atEnd = (alphas[end - 2]! + (length > 0 ? alphas[end - 3]! : 0)) * scale;
  return loss - Math.log(product) - Math.log(atEnd);
}

/**
 * Replaces probabilities by dLoss/dLogits = probability − share of all paths that are at that token. Gives the loss a
 * second time, summed from the other end.
 */
function backward(p: Float32Array, { start, count, tokens, blank, target }: Row): number {
  const { alphas, betas, skips, occupancy } = scratch;
  const length = target.length;
  const width = 2 * length + 2;
  let loss = 0;
  let product = 1;
  let scale = 1;
  // Of the next frame, its emission joined. Past the last frame: from the closing blank and the last token nothing is
  // due.
  betas.fill(0, 0, width);
  for (let t = count - 1; t >= 0; t--) {
    const frame = start + t * tokens;
    const low = Math.max(0, length - count + t);
    const high = Math.min(length, t + 1);
    const pBlank = p[frame + blank]!;
    const last = t === count - 1;
    occupancy.fill(0, 0, tokens);
    let blanks = 0;
    let total = 0;
    let sum = 0;
    let now = t * width + 2 * low;
    let b = betas[2 * low]!;
    let a = betas[2 * low + 1]!;
    for (let i = low; i < high; i++, now += 2) {
      const label = target[i]!;
      const nextBlank = betas[2 * i + 2]!;
      const nextToken = betas[2 * i + 3]!;
      const fromBlank = (b + a) * scale;
      const fromToken = last && i === length - 1 ? 1 : (a + nextBlank + skips[i + 1]! * nextToken) * scale;
      const share = alphas[now + 1]! * fromToken;
      blanks += alphas[now]! * fromBlank;
      occupancy[label]! += share;
      total += share;
      b = fromBlank * pBlank;
      a = fromToken * p[frame + label]!;
      betas[2 * i] = b;
      betas[2 * i + 1] = a;
      sum += a + b;
      b = nextBlank;
      a = nextToken;
    }
    if (t >= length) {
      const fromBlank = last ? 1 : betas[2 * length]! * scale;
      blanks += alphas[now]! * fromBlank;
      betas[2 * length] = fromBlank * pBlank;
      sum += betas[2 * length]!;
    }
    occupancy[blank]! += blanks;
    const share = 1 / (total + blanks);
    for (let k = 0; k < tokens; k++) {
      const paths = occupancy[k]! * share;
      const probability = p[frame + k]!;
      if (probability <= FLOOR && paths > NEGLIGIBLE) return NaN;
      p[frame + k] = probability - paths;
    }
    scale = 1 / sum;
    if (t > 0) product *= sum;
    if (product < 1e-200) {
      loss -= Math.log(product);
      product = 1;
    }
  }
  return loss - Math.log(product) - Math.log(betas[0]! + betas[1]!);
}
