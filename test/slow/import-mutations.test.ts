/** @module-tag slow */
import { beforeEach, expect, it } from 'vitest';
import { faultOfImport, FILES, trap } from '../corpus/import/damaged.ts';

let place: string;

beforeEach(async () => {
  place = await trap();
  process.chdir(place);
});

it.each(Object.keys(FILES))('six hundred damaged folders: %s', { timeout: 600_000 }, async (name) => {
  const original = await FILES[name]!();
  for (let seed = 1000; seed < 1600; seed++)
    expect(await faultOfImport(place, name, original, seed), `seed ${seed}`).toBeUndefined();
});
