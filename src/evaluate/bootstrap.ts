import { Random } from '../support/random.ts';

const RESAMPLES = 1000;
/** More units than this are drawn in runs of neighbours: the spread stays the same, the work does not grow. */
const MOST_UNITS = 4096;

/** Errors of one utterance, or of all of a speaker, and what they are counted over. */
export interface Counts {
  errors: number;
  total: number;
}

/**
 * 95 % interval of an error rate by resampling utterances, or whatever the counts are of (Bisani & Ney 2004). The seed
 * is fixed: the same counts give the same interval.
 */
export function bootstrapInterval(counts: readonly Counts[]): [number, number] {
  return bootstrapIntervals([counts])[0]!;
}

/** Intervals of several rates over the same units, each resample drawn once for all. */
export function bootstrapIntervals(rates: readonly (readonly Counts[])[]): [number, number][] {
  const sums = resampledSums(
    rates.flatMap((counts) => [counts.map((c) => c.errors), counts.map((c) => c.total)]),
    RESAMPLES,
  );
  return rates.map((_, i) => central95(rateOf(sums[2 * i]!, sums[2 * i + 1]!)));
}

/**
 * Sums over resamples: each draws as many units as there are, with replacement.
 * @param columns a number a unit; the units of all columns are drawn together
 * @returns for each column its sum in each resample
 */
export function resampledSums(columns: readonly (readonly number[])[], resamples: number): Float64Array[] {
  const folded = columns.map(fold);
  const units = folded[0]?.length ?? 0;
  const random = new Random('bootstrap');
  const drawn = new Int32Array(units);
  const sums = folded.map(() => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < units; i++) drawn[i] = random.int(units);
    folded.forEach((column, c) => {
      let sum = 0;
      for (let i = 0; i < units; i++) sum += column[drawn[i]!]!;
      sums[c]![r] = sum;
    });
  }
  return sums;
}

/** The middle 95 % of values. */
export function central95(values: Float64Array): [number, number] {
  const sorted = values.slice().sort();
  return [sorted[Math.floor(sorted.length * 0.025)]!, sorted[Math.ceil(sorted.length * 0.975) - 1]!];
}

function rateOf(errors: Float64Array, totals: Float64Array): Float64Array {
  return errors.map((error, r) => (totals[r]! > 0 ? error / totals[r]! : Math.min(1, error)));
}

function fold(column: readonly number[]): Float64Array {
  const units = Math.min(column.length, MOST_UNITS);
  const folded = new Float64Array(units);
  for (let i = 0; i < column.length; i++) folded[Math.floor((i * units) / column.length)]! += column[i]!;
  return folded;
}
