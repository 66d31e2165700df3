/** @module-tag slow */
import { expect, it } from 'vitest';
import { CASES, faultOf } from '../formats/mutate.ts';

it.each(Object.keys(CASES))('ten thousand damaged files: %s', { timeout: 600_000 }, async (name) => {
  for (let seed = 1000; seed < 11_000; seed++) expect(await faultOf(name, seed), `seed ${seed}`).toBeUndefined();
});
