import { knownLicence, type Origin } from '../encoder/licence.ts';
import type { About } from './about.ts';

/** What a trained encoder's name ends with. */
export const TRAINED_ON = ', trained on';

/**
 * The encoder that all training of a model began with; undefined where it began with none. Models from before that was
 * written down have its name alone.
 */
export function originIn({ origin, name }: About['encoder']): Origin | undefined {
  if (origin) return origin;
  const first = name.endsWith(TRAINED_ON) ? name.slice(0, -TRAINED_ON.length) : name;
  if (first === 'new' || first === 'random') return undefined;
  const licence = knownLicence(first);
  return { name: first, ...(licence === undefined ? {} : { licence }) };
}
