import { expect, it } from 'vitest';
import { tuneWeights, type Weights } from '../../src/decode/tune.ts';

const bowl = ({ alpha, beta }: Weights): number => (alpha - 0.8) ** 2 + (beta - 1.3) ** 2 / 10;

it('comes close to the lowest point, from a grid by ever smaller steps', async () => {
  const grid = { alphas: [0, 0.5, 1, 1.5], betas: [-1, 0, 1, 2], refinements: 4 };
  const { best, tried } = await tuneWeights(bowl, grid);
  expect(Math.abs(best.alpha - 0.8)).toBeLessThan(0.05);
  expect(Math.abs(best.beta - 1.3)).toBeLessThan(0.1);
  expect(tried.slice(0, 16).map(({ alpha, beta }) => [alpha, beta])).toEqual(
    grid.alphas.flatMap((alpha) => grid.betas.map((beta) => [alpha, beta])),
  );
  expect(best.errorRate).toBe(Math.min(...tried.map((point) => point.errorRate)));
});

it('asks no point twice, one after another, and never a negative weight of the model', async () => {
  const asked: string[] = [];
  let running = 0;
  const { tried } = await tuneWeights(
    async ({ alpha, beta }) => {
      expect(++running).toBe(1);
      expect(alpha).toBeGreaterThanOrEqual(0);
      asked.push(`${alpha} ${beta}`);
      await Promise.resolve();
      running--;
      return alpha;
    },
    { alphas: [0, 1], betas: [0, 1], refinements: 3 },
  );
  expect(new Set(asked).size).toBe(asked.length);
  expect(tried.length).toBe(asked.length);
});

it('takes the point that leans least on the model among equals', async () => {
  const { best } = await tuneWeights(() => 0.25, { alphas: [1, 0.5, 2], betas: [-2, 3, -1], refinements: 0 });
  expect(best).toEqual({ alpha: 0.5, beta: -1, errorRate: 0.25 });
});

it('keeps a weight that is given alone', async () => {
  const { tried } = await tuneWeights(bowl, { alphas: [0.5], betas: [0, 1], refinements: 2 });
  expect(new Set(tried.map((point) => point.alpha))).toEqual(new Set([0.5]));
});
