import { beforeEach, expect, it } from 'vitest';
import { faultOfImport, FILES, trap } from './damaged.ts';

let place: string;

beforeEach(async () => {
  place = await trap();
  process.chdir(place);
});

it.each(Object.keys(FILES))(
  'a damaged folder is imported or refused, and nothing outside it is read: %s',
  async (name) => {
    const original = await FILES[name]!();
    for (let seed = 0; seed < 12; seed++)
      expect(await faultOfImport(place, name, original, seed), `seed ${seed}`).toBeUndefined();
  },
);
