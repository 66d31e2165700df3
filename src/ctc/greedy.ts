/**
 * Best-path decoding: the likeliest token of each frame, repeats joined, blanks dropped.
 * @param logits of which one row starts at `offset`: [frames, tokens]
 */
export function greedy(logits: Float32Array, offset: number, frames: number, tokens: number, blank: number): Int32Array {
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

function likeliest(logits: Float32Array, start: number, tokens: number): number {
  let best = 0;
  for (let k = 1; k < tokens; k++) if (logits[start + k]! > logits[start + best]!) best = k;
  return best;
}
