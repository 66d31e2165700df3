import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromFloat16, roundToFloat16, toFloat16 } from '../../src/support/float16.ts';

it('widens every half and narrows it back to the same bits', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((h) => (h & 0x7fff) <= 0x7c00);
  expect(toFloat16(fromFloat16(halves))).toEqual(halves);
});

it('narrows to the nearest half', () => {
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (x) => {
      const [narrow] = fromFloat16(toFloat16(Float32Array.of(x)));
      expect(Math.abs(narrow! - x)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(x) * 2 ** -11));
    }),
    { numRuns: 2000 },
  );
});

it('keeps infinities and NaN', () => {
  const back = fromFloat16(toFloat16(Float32Array.of(Infinity, -Infinity, NaN, 1e6, -0)));
  expect([...back]).toEqual([Infinity, -Infinity, NaN, Infinity, -0]);
});

it('rounds in place to what narrowing and widening gives', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1, maxLength: 50 }), (values) => {
      const rounded = values.slice();
      roundToFloat16(rounded);
      expect(rounded).toEqual(fromFloat16(toFloat16(values)));
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.array(fc.float({ min: -70000, max: 70000, noNaN: true }), { minLength: 1 }), (numbers) => {
      const values = Float32Array.from(numbers);
      const expected = fromFloat16(toFloat16(values));
      roundToFloat16(values);
      expect(values).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
