import type { AlignedPair } from './score.ts';

export interface Confusion {
  /** Empty for an insertion. */
  reference: string;
  /** Empty for a deletion. */
  hypothesis: string;
  count: number;
}

/** The tokens that are most often taken for others, left out or put in. */
export function confusions(pairs: readonly AlignedPair[], most: number): Confusion[] {
  const counts = new Map<string, Confusion>();
  for (const pair of pairs)
    for (const step of pair.tokens.steps) {
      if (step.edit === 'equal') continue;
      const reference = pair.referenceTokens[step.reference] ?? '';
      const hypothesis = pair.hypothesisTokens[step.hypothesis] ?? '';
      const key = `${reference}\u0000${hypothesis}`;
      const known = counts.get(key) ?? { reference, hypothesis, count: 0 };
      known.count++;
      counts.set(key, known);
    }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.reference < b.reference ? -1 : 1)).slice(0, most);
}
