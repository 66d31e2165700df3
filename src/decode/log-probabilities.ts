/**
 * Least probability of a token in a frame, as in pyctcdecode: the sum over a path stays finite whatever the network
 * says.
 */
const FLOOR = Math.log(1e-15);

/**
 * ln softmax of one row of a batch, in float64. Log probabilities come back as they are.
 * @param logits of which the row starts at `offset`: [frames, tokens]; what is not a number counts as least probable
 */
export function logProbabilities(logits: Float32Array, offset: number, frames: number, tokens: number): Float64Array {
  const logs = new Float64Array(frames * tokens);
  for (let t = 0; t < frames; t++) {
    const start = offset + t * tokens;
    let highest = -Infinity;
    for (let k = 0; k < tokens; k++) if (logits[start + k]! > highest) highest = logits[start + k]!;
    let sum = 0;
    for (let k = 0; k < tokens; k++) sum += Math.exp(logits[start + k]! - highest);
    const total = highest + Math.log(sum);
    for (let k = 0; k < tokens; k++) {
      const log = logits[start + k]! - total;
      logs[t * tokens + k] = log > FLOOR ? log : FLOOR;
    }
  }
  return logs;
}
