import { Random } from '../support/random.ts';

const RESAMPLES = 1000;

/**
 * 95 % interval of an error rate by resampling utterances (Bisani & Ney 2004). The seed is fixed: the same counts give the
 * same interval.
 */
export function bootstrapInterval(counts: readonly { errors: number; total: number }[]): [number, number] {
  const random = new Random('bootstrap');
  const rates = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) {
    let [errors, total] = [0, 0];
    for (let i = 0; i < counts.length; i++) {
      const drawn = counts[random.int(counts.length)]!;
      errors += drawn.errors;
      total += drawn.total;
    }
    rates[r] = total > 0 ? errors / total : Math.min(1, errors);
  }
  rates.sort();
  return [rates[Math.floor(RESAMPLES * 0.025)]!, rates[Math.ceil(RESAMPLES * 0.975) - 1]!];
}
