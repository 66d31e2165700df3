import { InputError } from '../support/errors.ts';
import { SAMPLE_RATE } from './format.ts';

/**
 * One sample that is no number makes a whole recording one: it is named rather than computed with.
 * @param first number of the block's first sample, from 0
 * @throws InputError naming the first that is not finite
 */
export function checkFinite(file: string, samples: Float32Array, first = 0): void {
  let bad = 0;
  while (bad < samples.length && Number.isFinite(samples[bad])) bad++;
  if (bad === samples.length) return;
  const [sample, what] = [first + bad, Number.isNaN(samples[bad]) ? 'not a number' : 'infinite'];
  throw new InputError(
    `sample ${sample} is ${what} (at ${(sample / SAMPLE_RATE).toFixed(3)} s)`,
    'Export the recording again, as 16 or 24 bit.',
    { file },
  );
}
