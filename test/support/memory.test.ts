import { expect, it } from 'vitest';
import { sizeInWords } from '../../src/support/memory.ts';

it('sizes are said in the unit that suits them', () => {
  expect([0, 52_428_800, 1_048_575_999, 1_100_000_000, 3.44 * 1024 ** 3].map(sizeInWords)).toEqual([
    '0 MiB',
    '50 MiB',
    '1000 MiB',
    '1.0 GiB',
    '3.4 GiB',
  ]);
});
