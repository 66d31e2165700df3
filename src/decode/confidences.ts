import type { TimedTokens } from './greedy.ts';

/**
 * How sure the network is of decoded tokens under a temperature: the mean probability of each over its run, its logits
 * divided by the temperature. Under 1 it is what `confidences` holds.
 * @param logits [frames, width], what the tokens were decoded from
 * @param width how many tokens there are to choose from
 */
export function confidencesAt(
  temperature: number,
  logits: Float32Array,
  width: number,
  { ids, starts, ends }: Omit<TimedTokens, 'confidences'>,
): Float32Array {
  return Float32Array.from(ids, (id, i) => {
    let sum = 0;
    for (let frame = starts[i]!; frame < ends[i]!; frame++)
      sum += probability(logits, frame * width, width, id, temperature);
    return sum / (ends[i]! - starts[i]!);
  });
}

function probability(logits: Float32Array, start: number, width: number, token: number, temperature: number): number {
  let total = 0;
  for (let k = 0; k < width; k++) total += Math.exp((logits[start + k]! - logits[start + token]!) / temperature);
  return 1 / total;
}
