import { expect, it } from 'vitest';
import { permutationTest, spreadOf } from '../../src/evaluate/spread.ts';

it('says how far values spread', () => {
  expect(spreadOf([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3), least: 1, most: 4, count: 4 });
  expect(spreadOf([7]).deviation).toBe(0);
});

// As scipy.stats.permutation_test has them, of the absolute difference of means, with n_resamples=inf.
it('tells groups apart as often as chance would, exactly', () => {
  expect(permutationTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252, 12);
  expect(permutationTest([1, 2, 3], [4, 5, 6])).toBeCloseTo(0.1, 12);
  expect(permutationTest([0.31, 0.28, 0.3, 0.33], [0.29, 0.34, 0.27])).toBeCloseTo(31 / 35, 12);
  expect(permutationTest([1, 1], [1, 1])).toBe(1);
});
