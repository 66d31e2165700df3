import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MovingAverage } from '../../src/train/moving-average.ts';

const weights = (x: number) => new Map([['w', Float32Array.of(x)]]);
const mean = ({ weights: all }: MovingAverage): number => all.get('w')![0]!;

it('a mean of the weights has forgotten what it began with after some dozens of steps', () => {
  const average = new MovingAverage(0.99, weights(1));
  for (let step = 1; step <= 40; step++) average.add(weights(0), step);
  expect(Math.abs(mean(average))).toBeLessThan(1e-4);
});

it('later it keeps as much as its decay says', () => {
  const average = new MovingAverage(0.9, weights(1));
  average.add(weights(0), 1000);
  expect(mean(average)).toBeCloseTo(0.9);
});

it('lies between the least and the most that was there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      ([first, ...rest], decay) => {
        const average = new MovingAverage(decay, weights(first!));
        rest.forEach((x, i) => average.add(weights(x), i + 1));
        expect(mean(average)).toBeGreaterThanOrEqual(Math.min(first!, ...rest) - 1e-5);
        expect(mean(average)).toBeLessThanOrEqual(Math.max(first!, ...rest) + 1e-5);
      },
    ),
  );
});
