import { EQUAL, INSERT } from './costs.ts';
import type { Alignment } from './align.ts';
import { twoSidedP } from './normal.ts';
import type { AlignedPair } from './score.ts';

/** So many words right in both parts two segments: then their errors don't depend on each other. */
const GOOD_BETWEEN = 2;

/** The matched-pairs test (Gillick & Cox 1989). */
export interface MatchedPairs {
  /** Stretches in which either system errs; below about 50 the test is only rough. */
  segments: number;
  /** Errors of A less those of B, a segment. */
  mean: number;
  deviation: number;
  z: number;
  /** Two-sided: how often chance alone would give a difference like this. */
  p: number;
}

/**
 * Matched-pairs sentence-segment word-error test, as NIST's sc_stats has it. (sc_stats forgets insertions of the second
 * system at the end of an utterance; here they count.)
 * @param a the pairs of one system, those of the other in the same order with the same references
 */
export function matchedPairs(a: readonly AlignedPair[], b: readonly AlignedPair[]): MatchedPairs {
  const differences = a.flatMap((pair, i) => segmentDifferences(pair.words, b[i]!.words));
  const n = differences.length;
  if (n === 0) return { segments: 0, mean: 0, deviation: 0, z: 0, p: 1 };
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const deviation = n > 1 ? Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1)) : 0;
  // All differences the same: their spread around 0 stands in for none at all.
  const z =
    deviation > 0 ? mean / (deviation / Math.sqrt(n)) : n > 1 && mean !== 0 ? Math.sign(mean) * Math.sqrt(n) : 0;
  return { segments: n, mean, deviation, z, p: twoSidedP(z) };
}

/** For each segment of an utterance the errors of A less those of B. */
function segmentDifferences(a: Alignment, b: Alignment): number[] {
  const [first, second] = [errorsByPosition(a), errorsByPosition(b)];
  const differences: number[] = [];
  let [open, good, difference] = [false, 0, 0];
  first.forEach((errors, position) => {
    const other = second[position]!;
    if (errors + other > 0) {
      [open, good] = [true, 0];
      difference += errors - other;
    } else if (open && isWord(position) && ++good === GOOD_BETWEEN) {
      differences.push(difference);
      [open, difference] = [false, 0];
    }
  });
  return open ? [...differences, difference] : differences;
}

/**
 * Odd positions are words of the reference, even ones the places before, between and behind them, where words are
 * inserted.
 */
const isWord = (position: number): boolean => position % 2 === 1;

function errorsByPosition(alignment: Alignment): number[] {
  const errors = new Array<number>(2 * alignment.referenceLength + 1).fill(0);
  let words = 0;
  for (const edit of alignment.edits) {
    if (edit === INSERT) errors[2 * words]!++;
    else {
      if (edit !== EQUAL) errors[2 * words + 1]!++;
      words++;
    }
  }
  return errors;
}
