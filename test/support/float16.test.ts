import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/support/float16.ts';

it('widens every half and narrows it back to the same bits', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((h) => (h & 0x7fff) <= 0x7c00);
  expect(toFloat16(fromFloat16(halves))).toEqual(halves);
});

it('narrows to the nearest half', () => {
  fc.assert(fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (x) => {
    const [narrow] = fromFloat16(toFloat16(Float32Array.of(x)));
    expect(Math.abs(narrow! - x)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(x) * 2 ** -11));
  }), { numRuns: 2000 });
});

it('keeps infinities and NaN', () => {
  const back = fromFloat16(toFloat16(Float32Array.of(Infinity, -Infinity, NaN, 1e6, -0)));
  expect([...back]).toEqual([Infinity, -Infinity, NaN, Infinity, -0]);
});
