import { expect, it } from 'vitest';
import { CASES, faultOf } from './mutate.ts';

it.each(Object.keys(CASES))('damaged and hostile files give a result or an error that names them: %s', async (name) => {
  for (let seed = 0; seed < 250; seed++) expect(await faultOf(name, seed), `seed ${seed}`).toBeUndefined();
});

it('a workbook on whose parts a reader of streams would wait for ever is read or refused', async () => {
  expect(await faultOf('xlsx', 1429)).toBeUndefined();
});
