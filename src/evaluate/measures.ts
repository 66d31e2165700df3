import { alignTokens, type Alignment } from './align.ts';
import { UNIT_COSTS } from './costs.ts';
import { Interner } from './ids.ts';
import { alignPairs, errorsOf, rate, type AlignedPair } from './score.ts';
import { wordsOf } from './tokens.ts';

/** Further figures of the words, as jiwer has them. Rates are shares. */
export interface Measures {
  /** Words that are right. */
  hits: number;
  /** Match error rate: errors over all steps of the alignment; never above 1 (Morris et al. 2004). */
  mer: number;
  /** Word information lost: 1 − WIP. */
  wil: number;
  /** Word information preserved: hits over reference words, times hits over hypothesis words. */
  wip: number;
  /** Share of utterances with any error in a word. */
  ser: number;
  /** WER of the best of the n best hypotheses of each utterance; only where all have them. */
  oracle_wer?: number;
}

export function measures(pairs: readonly AlignedPair[]): Measures {
  const sum = (of: (words: Alignment) => number): number => pairs.reduce((total, pair) => total + of(pair.words), 0);
  const [hits, errors, deletions, insertions] = [
    sum((w) => w.hits),
    sum(errorsOf),
    sum((w) => w.deletions),
    sum((w) => w.insertions),
  ];
  const references = sum((w) => w.referenceLength);
  const hypotheses = references - deletions + insertions;
  const wip = informationPreserved(hits, references, hypotheses);
  const oracle = oracleWer(pairs);
  return {
    hits,
    mer: hits + errors > 0 ? errors / (hits + errors) : 0,
    wil: 1 - wip,
    wip,
    ser: pairs.length > 0 ? pairs.filter((pair) => errorsOf(pair.words) > 0).length / pairs.length : 0,
    ...(oracle === undefined ? {} : { oracle_wer: oracle }),
  };
}

/** Silence that is left silent is wholly preserved. */
function informationPreserved(hits: number, references: number, hypotheses: number): number {
  if (references === 0 && hypotheses === 0) return 1;
  return references > 0 && hypotheses > 0 ? (hits / references) * (hits / hypotheses) : 0;
}

/**
 * Each pair with the hypothesis of its n best that has the fewest wrong words, the first among equals: what a perfect
 * choice would give.
 * @returns undefined unless all have n best
 */
export function bestOfNBest(
  pairs: readonly AlignedPair[],
  tokens: (text: string) => string[],
): AlignedPair[] | undefined {
  if (!haveNBest(pairs)) return undefined;
  const words = new Interner();
  return alignPairs(
    pairs.map((pair) => ({
      id: pair.id,
      reference: pair.reference,
      hypothesis: fewestErrors(pair, words).text,
      ...(pair.seconds === undefined ? {} : { seconds: pair.seconds }),
    })),
    tokens,
  );
}

/** How much a better language model could gain. */
function oracleWer(pairs: readonly AlignedPair[]): number | undefined {
  if (!haveNBest(pairs)) return undefined;
  const words = new Interner();
  return rate(pairs.map((pair) => ({ errors: fewestErrors(pair, words).errors, total: pair.words.referenceLength })));
}

const haveNBest = (pairs: readonly AlignedPair[]): boolean => pairs.length > 0 && pairs.every((pair) => pair.nbest);

function fewestErrors(pair: AlignedPair, words: Interner): { text: string; errors: number } {
  const reference = pair.referenceWords;
  let best = { text: pair.hypothesis, errors: errorsOf(pair.words) };
  for (const text of pair.nbest!) {
    const errors = errorsOf(alignTokens(reference, wordsOf(text), UNIT_COSTS, words));
    if (errors < best.errors) best = { text, errors };
  }
  return best;
}
