/**
 * Best-path decoding: the likeliest token of each frame, repeats joined, blanks dropped.
 * @param logits of which one row starts at `offset`: [frames, tokens]
 */
export function greedy(
  logits: Float32Array,
  offset: number,
  frames: number,
  tokens: number,
  blank: number,
): Int32Array {
  const ids = new Int32Array(frames);
  let length = 0;
  let previous = blank;
  for (let t = 0; t < frames; t++) {
    const best = likeliest(logits, offset + t * tokens, tokens);
    if (best !== previous && best !== blank) ids[length++] = best;
    previous = best;
  }
  return ids.slice(0, length);
}

/** Tokens in order; all arrays are as long as `ids`. */
export interface TimedTokens {
  ids: Int32Array;
  /** First frame of each token's run, and the frame after its last. CTC peaks: the sound itself is often longer. */
  starts: Int32Array;
  ends: Int32Array;
  /** Mean probability of the token over its run. */
  confidences: Float32Array;
}

/** What `greedy` gives, with the frames where each token stood and how sure the network was of it. */
export function greedyWithTimes(
  logits: Float32Array,
  offset: number,
  frames: number,
  tokens: number,
  blank: number,
): TimedTokens {
  const ids = new Int32Array(frames);
  const starts = new Int32Array(frames);
  const ends = new Int32Array(frames);
  const confidences = new Float32Array(frames);
  let length = 0;
  let previous = blank;
  for (let t = 0; t < frames; t++) {
    const start = offset + t * tokens;
    const best = likeliest(logits, start, tokens);
    if (best !== blank) {
      if (best !== previous) {
        ids[length] = best;
        starts[length++] = t;
      }
      ends[length - 1] = t + 1;
      confidences[length - 1]! += probability(logits, start, tokens, best);
    }
    previous = best;
  }
  for (let i = 0; i < length; i++) confidences[i]! /= ends[i]! - starts[i]!;
  return {
    ids: ids.slice(0, length),
    starts: starts.slice(0, length),
    ends: ends.slice(0, length),
    confidences: confidences.slice(0, length),
  };
}

function likeliest(logits: Float32Array, start: number, tokens: number): number {
  let best = 0;
  for (let k = 1; k < tokens; k++) if (logits[start + k]! > logits[start + best]!) best = k;
  return best;
}

/** Softmax at the row's highest logit. */
function probability(logits: Float32Array, start: number, tokens: number, best: number): number {
  const highest = logits[start + best]!;
  let sum = 0;
  for (let k = 0; k < tokens; k++) sum += Math.exp(logits[start + k]! - highest);
  return 1 / sum;
}
