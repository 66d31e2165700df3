import { InputError } from '../support/errors.ts';
import { central95, resampledSums, type Counts } from './bootstrap.ts';
import { matchedPairs, type MatchedPairs } from './mapsswe.ts';
import { alignPairs, rate, summedBy, tokenCounts, wordCounts, type AlignedPair } from './score.ts';
import { tokeniser } from './tokens.ts';
import type { LoadedPairs } from './load.ts';

const RESAMPLES = 10_000;
/** Below this many utterances, or speakers, a bootstrap knows too little of how they vary. */
const LEAST_UNITS = 20;
const [SURE, LIKELY] = [0.01, 0.05];

/** How far two systems' error rates are apart. Shares, not percent; positive where B is better. */
export interface Difference {
  a: number;
  b: number;
  difference: number;
  difference_ci95: [number, number];
  /** Two-sided: how often chance alone would give a difference like this. */
  p: number;
}

export interface Comparison {
  utterances: number;
  words: number;
  unit: 'graphemes' | 'phones';
  wer: Difference;
  /** By graphemes, or phones. */
  cer: Difference;
  /** On words. */
  matched_pairs: MatchedPairs;
  /** `yes`, `perhaps` or `no`, and the whole of it in words. */
  believe: 'yes' | 'perhaps' | 'no';
  verdict: string;
}

/**
 * Is B better than A? Paired bootstrap (Bisani & Ney 2004) of WER and CER, and the matched-pairs test.
 * @param resample what a resample draws: utterances, or all utterances of a speaker together
 * @throws InputError when they were not tested on the same references, naming what differs
 */
export function compareRuns(
  a: LoadedPairs,
  b: LoadedPairs,
  resample: 'utterance' | 'speaker' = 'utterance',
): Comparison {
  refuseDifferent(a, b);
  const hypotheses = new Map(b.pairs.map((pair) => [pair.id, pair]));
  const tokens = tokeniser(a.rule);
  const [first, second] = [
    alignPairs(a.pairs, tokens),
    alignPairs(
      a.pairs.map((pair) => hypotheses.get(pair.id)!),
      tokens,
    ),
  ];
  if (resample === 'speaker' && first.some((pair) => pair.speaker === undefined))
    throw new InputError(
      'not every record has a speaker',
      'Give each record of the hypotheses a field speaker, or draw by utterance.',
    );
  const speakers = first.map((pair) => pair.speaker ?? '');
  const countsOf = (counts: (pair: AlignedPair) => Counts): [Counts[], Counts[]] => {
    const [own, other] = [first.map(counts), second.map(counts)];
    return resample === 'speaker' ? [summedBy(own, speakers), summedBy(other, speakers)] : [own, other];
  };
  const [wer, cer] = differencesOf([countsOf(wordCounts), countsOf(tokenCounts)]) as [Difference, Difference];
  const units = resample === 'speaker' ? new Set(speakers).size : first.length;
  const figures = {
    utterances: first.length,
    words: first.reduce((sum, pair) => sum + pair.words.referenceLength, 0),
    unit: a.rule.unit,
    wer,
    cer,
    matched_pairs: matchedPairs(first, second),
  };
  return { ...figures, ...verdictOf(figures, units, resample) };
}

/**
 * @param measures for each the errors of one system in each unit, and those of the other in the same order; a resample
 * draws the same units for all
 */
export function differencesOf(
  measures: readonly (readonly [a: readonly Counts[], b: readonly Counts[]])[],
): Difference[] {
  const columns = measures.flatMap(([a, b]) => [a.map((c) => c.errors), b.map((c) => c.errors), a.map((c) => c.total)]);
  const sums = resampledSums(columns, RESAMPLES);
  return measures.map(([a, b], i) => {
    const [errorsA, errorsB, totals] = sums.slice(3 * i, 3 * i + 3) as [Float64Array, Float64Array, Float64Array];
    const differences = errorsA.map((errors, r) => (errors - errorsB[r]!) / Math.max(1, totals[r]!));
    const [below, above] = [differences.filter((d) => d <= 0).length, differences.filter((d) => d >= 0).length];
    const [rateA, rateB] = [rate(a), rate(b)];
    return {
      a: rateA,
      b: rateB,
      difference: rateA - rateB,
      difference_ci95: central95(differences),
      // One is added as if the data themselves had been drawn: chance is never shown to be nought by a finite number of
      // draws.
      p: Math.min(1, (2 * (1 + Math.min(below, above))) / (RESAMPLES + 1)),
    };
  });
}

function verdictOf(
  { wer, cer, matched_pairs: matched, unit }: Pick<Comparison, 'wer' | 'cer' | 'matched_pairs' | 'unit'>,
  units: number,
  resample: string,
): Pick<Comparison, 'believe' | 'verdict'> {
  const measure = unit === 'phones' ? 'PER' : 'CER';
  if (cer.difference === 0) return { believe: 'no', verdict: `A and B have the same ${measure}: nothing to believe.` };
  const [better, sign] = cer.difference > 0 ? ['B', 1] : ['A', -1];
  const [low, high] = cer.difference_ci95.map((bound) => sign * bound).sort((x, y) => x - y) as [number, number];
  const claim =
    `${better} is better by ${points(sign * cer.difference)} points of ${measure} [${points(low)}, ` +
    `${points(high)}], p = ${shownP(cer.p)}`;
  const against = sign * wer.difference < 0 && Math.min(wer.p, matched.p) < LIKELY;
  if (units < LEAST_UNITS)
    return { believe: 'no', verdict: `${claim}: too few ${resample}s (${units}) to tell; test on more speech.` };
  if (cer.p > LIKELY) return { believe: 'no', verdict: `${claim}: don’t believe it, this may well be chance.` };
  if (against)
    return {
      believe: 'perhaps',
      verdict: `${claim}, but WER says the opposite: look at the utterances before you believe either.`,
    };
  if (cer.p > SURE)
    return {
      believe: 'perhaps',
      verdict: `${claim}: likely, not certain; test on more speech before you build on it.`,
    };
  return { believe: 'yes', verdict: `${claim}: believe it.` };
}

const points = (share: number): string => (100 * share).toFixed(1).replace(/^-0\.0$/, '0.0');

export const shownP = (p: number): string => (p < 0.0001 ? 'under 0.0001' : p < 0.001 ? p.toFixed(4) : p.toFixed(3));

function refuseDifferent(a: LoadedPairs, b: LoadedPairs): void {
  const next = 'Compare runs with the same corpus, split and text rules in their recipes.';
  if (a.rule.unit !== b.rule.unit || a.rule.profile.join(' ') !== b.rule.profile.join(' '))
    throw new InputError('CER does not count the same tokens in both (text.unit, text.profile)', next);
  const [said, other] = [new Map(a.pairs.map((p) => [p.id, p])), new Map(b.pairs.map((p) => [p.id, p]))];
  const [onlyA, onlyB] = [
    [...said.keys()].filter((id) => !other.has(id)),
    [...other.keys()].filter((id) => !said.has(id)),
  ];
  if (onlyA.length + onlyB.length > 0)
    throw new InputError(
      `they were not tested on the same utterances: ${onlyA.length} only in A${named(onlyA)}, ${onlyB.length} ` +
        `only in B${named(onlyB)}`,
      next,
    );
  const changed = a.pairs.find((pair) => pair.reference !== other.get(pair.id)!.reference);
  if (changed)
    throw new InputError(
      `the references differ, first at ${changed.id}: “${changed.reference}” in A, ` +
        `“${other.get(changed.id)!.reference}” in B`,
      next,
    );
}

const named = (ids: readonly string[]): string =>
  ids.length > 0 ? ` (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})` : '';
