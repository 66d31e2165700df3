import { minimumFrames } from './feasible.ts';
import { logSpaceLoss } from './log-space.ts';
import { scaledLoss } from './scaled.ts';
import { softmaxRow } from './softmax.ts';

export interface LogitsShape {
  batch: number;
  frames: number;
  tokens: number;
}

/**
 * CTC loss and its gradient (Graves et al. 2006).
 * @param logits [batch, frames, tokens], before softmax
 * @param frameCounts frames that are there in each row; the rest is padding
 * @param targets token ids of each row, without blanks; may be empty
 * @param gradient of the layout of `logits`, overwritten with dLoss/dLogits; zero on padding
 * @returns −ln p(target) of each row; +Infinity, with a zero gradient, where the frames are too few or a needed token
 * has no probability at all; NaN, with a zero gradient, where a row's logits are not numbers
 */
export function ctcLoss(
  logits: Float32Array,
  shape: LogitsShape,
  frameCounts: Int32Array,
  targets: readonly Int32Array[],
  blank: number,
  gradient: Float32Array,
): Float64Array {
  const { batch, frames, tokens } = shape;
  const losses = new Float64Array(batch);
  for (let row = 0; row < batch; row++) {
    const start = row * frames * tokens;
    const count = frameCounts[row]!;
    const end = start + count * tokens;
    losses[row] = lossOfRow(logits, gradient, { start, count, tokens, blank, target: targets[row]! });
    if (!Number.isFinite(losses[row])) gradient.fill(0, start, end);
    gradient.fill(0, end, start + frames * tokens);
  }
  return losses;
}

/** One utterance in a batch. */
export interface Row {
  /** Where its first frame begins. */
  start: number;
  /** Its frames. */
  count: number;
  tokens: number;
  blank: number;
  target: Int32Array;
}

function lossOfRow(logits: Float32Array, gradient: Float32Array, row: Row): number {
  const { start, count, tokens, target } = row;
  if (minimumFrames(target) > count) return Infinity;
  if (count === 0) return 0;
  let numbers = true;
  for (let t = 0; numbers && t < count; t++) numbers = softmaxRow(logits, gradient, start + t * tokens, tokens);
  const loss = numbers ? scaledLoss(gradient, row) : NaN;
  return Number.isNaN(loss) ? logSpaceLoss(logits, gradient, row) : loss;
}
