import type { AlignedPair } from './score.ts';

export interface Confusion {
  /** Empty for an insertion. */
  reference: string;
  /** Empty for a deletion. */
  hypothesis: string;
  count: number;
}

/** How one word or token of the references fared. */
export interface TokenErrors {
  token: string;
  /** How often it stands in a reference. */
  count: number;
  substituted: number;
  deleted: number;
  /** How often a hypothesis has it where the reference has nothing. */
  inserted: number;
}

export type TokenLevel = 'words' | 'tokens';

/** The tokens, or words, that are most often taken for others, left out or put in. */
export function confusions(pairs: readonly AlignedPair[], most: number, level: TokenLevel = 'tokens'): Confusion[] {
  const counts = new Map<string, Confusion>();
  eachStep(pairs, level, (reference, hypothesis) => {
    if (reference === hypothesis) return;
    const key = `${reference}\u0000${hypothesis}`;
    const known = counts.get(key) ?? { reference, hypothesis, count: 0 };
    known.count++;
    counts.set(key, known);
  });
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || compare(a.reference, b.reference) || compare(a.hypothesis, b.hypothesis))
    .slice(0, most);
}

/** Every token, or word, with its errors; those with the most errors first. */
export function errorsByToken(pairs: readonly AlignedPair[], level: TokenLevel): TokenErrors[] {
  const all = new Map<string, TokenErrors>();
  const of = (token: string): TokenErrors => {
    let errors = all.get(token);
    if (!errors) all.set(token, (errors = { token, count: 0, substituted: 0, deleted: 0, inserted: 0 }));
    return errors;
  };
  eachStep(pairs, level, (reference, hypothesis) => {
    if (reference === '') {
      of(hypothesis).inserted++;
      return;
    }
    const errors = of(reference);
    errors.count++;
    if (hypothesis === '') errors.deleted++;
    else if (hypothesis !== reference) errors.substituted++;
  });
  const sum = (e: TokenErrors): number => e.substituted + e.deleted + e.inserted;
  return [...all.values()].sort((a, b) => sum(b) - sum(a) || b.count - a.count || compare(a.token, b.token));
}

/** Goes through all alignments; a side that has nothing is empty. */
function eachStep(
  pairs: readonly AlignedPair[],
  level: TokenLevel,
  visit: (reference: string, hypothesis: string) => void,
): void {
  for (const pair of pairs) {
    const [reference, hypothesis] =
      level === 'words' ? [pair.referenceWords, pair.hypothesisWords] : [pair.referenceTokens, pair.hypothesisTokens];
    for (const step of pair[level].steps) visit(reference[step.reference] ?? '', hypothesis[step.hypothesis] ?? '');
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
