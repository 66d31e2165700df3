import fc from 'fast-check';
import { expect, it } from 'vitest';
import { best } from '../../src/decode/best.ts';
import { IntPairMap } from '../../src/decode/int-pair-map.ts';

it('keeps values by pairs, as a Map would', () => {
  const entry = fc.tuple(fc.nat({ max: 50 }), fc.nat(), fc.nat());
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
      const ours = new IntPairMap();
      const plain = new Map<string, number>();
      for (const [a, b, value] of entries) {
        expect(ours.get(a, b)).toBe(plain.get(`${a} ${b}`) ?? -1);
        ours.set(a, b, value);
        plain.set(`${a} ${b}`, value);
      }
      for (const [a, b] of entries) expect(ours.get(a, b)).toBe(plain.get(`${a} ${b}`));
      expect(ours.get(51, 0)).toBe(-1);
    }),
  );
});

it('finds the highest scores above a floor in order, earlier first among equals', () => {
  const score = fc.integer({ min: -5, max: 5 });
  fc.assert(
    fc.property(fc.array(score, { maxLength: 60 }), score, fc.integer({ min: 1, max: 20 }), (scores, floor, width) => {
      const into = new Int32Array(width);
      const found = best(Float64Array.from([...scores, 9]), scores.length, floor, into);
      const expected = [...scores.keys()]
        .filter((i) => scores[i]! >= floor)
        .sort((a, b) => scores[b]! - scores[a]! || a - b)
        .slice(0, width);
      expect([...into.subarray(0, found)]).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
