import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AdamW, adamWDefaults, type AdamWSettings } from '../../../src/onnx/training/adamw.ts';
import { AdamWThreads } from '../../../src/onnx/training/adamw-threads.ts';
import type { Weights } from '../../../src/onnx/training/engine.ts';
import { relativeError } from '../../../src/support/relative-error.ts';

type Numbers = Record<string, number[]>;
interface Golden {
  start: Numbers;
  steps: { rate: number; norm: number; gradients: Numbers; weights: Numbers }[];
}
const golden = JSON.parse(readFileSync(new URL('../../fixtures/adamw/golden.json', import.meta.url), 'utf8')) as Golden;
const floatsOf = (numbers: Numbers): Weights =>
  new Map(Object.entries(numbers).map(([name, values]) => [name, Float32Array.from(values)]));
const settings: AdamWSettings = { ...adamWDefaults, weightDecay: 0.1 };
const started = (
  changed: Partial<AdamWSettings> = {},
  threads?: AdamWThreads,
): { weights: Weights; optimiser: AdamW } => {
  const weights = floatsOf(golden.start);
  return {
    weights,
    optimiser: new AdamW({ ...settings, ...changed }, weights, new Set(['matrix']), undefined, threads),
  };
};
const [first] = golden.steps as [Golden['steps'][number]];

describe('AdamW', () => {
  it('moves as PyTorch’s does, with gradients clipped by their joint norm and vectors spared by the decay', async () => {
    const { weights, optimiser } = started();
    for (const { rate, norm, gradients, weights: after } of golden.steps) {
      expect(await optimiser.move(weights, floatsOf(gradients), rate)).toBeCloseTo(norm, 4);
      for (const [name, values] of Object.entries(after))
        expect(relativeError(weights.get(name)!, values)).toBeLessThan(1e-6);
    }
    expect(optimiser.moments.step).toBe(golden.steps.length);
  });

  it('moves nothing where a gradient is not finite, and goes on after it as if it had not been', async () => {
    const [{ weights, optimiser }, other] = [started(), started()];
    const broken = floatsOf(first.gradients);
    broken.get('vector')![2] = NaN;
    expect(await optimiser.move(weights, broken, 0.1)).toBeNaN();
    expect(weights).toEqual(floatsOf(golden.start));
    await optimiser.move(weights, floatsOf(first.gradients), 0.1);
    await other.optimiser.move(other.weights, floatsOf(first.gradients), 0.1);
    expect(weights).toEqual(other.weights);
  });

  it('has a rate for each parameter, and leaves what has no gradient', async () => {
    const { weights, optimiser } = started({ rateOf: (name) => (name === 'matrix' ? 0 : 1) });
    await optimiser.move(weights, floatsOf(first.gradients), 0.1);
    expect(weights.get('matrix')).toEqual(floatsOf(golden.start).get('matrix'));
    expect(weights.get('vector')).not.toEqual(floatsOf(golden.start).get('vector'));
    const before = weights.get('vector')!.slice();
    await optimiser.move(weights, new Map([['matrix', floatsOf(first.gradients).get('matrix')!]]), 0.1);
    expect(weights.get('vector')).toEqual(before);
  });

  it('pulls towards where a parameter started instead of towards zero', async () => {
    const start = floatsOf(golden.start);
    const { weights, optimiser } = started({ l2Sp: { strength: 2, start } });
    weights.get('vector')!.fill(10);
    await optimiser.move(weights, new Map([['vector', new Float32Array(5)]]), 0.1);
    weights.get('vector')!.forEach((w, i) => expect(w).toBeCloseTo(10 - 0.2 * (10 - golden.start.vector![i]!), 5));
  });

  it('gives in threads, to the bit, what it gives in one, also after a gradient that is not finite', async () => {
    const threads = await AdamWThreads.start(3);
    const l2Sp = { strength: 2, start: new Map([['vector', floatsOf(golden.start).get('vector')!]]) };
    const [one, many] = [started({ l2Sp }), started({ l2Sp }, threads)];
    const broken = floatsOf(first.gradients);
    broken.get('matrix')![0] = Infinity;
    expect(await many.optimiser.move(many.weights, broken, 0.1)).toBe(Infinity);
    expect([...broken.values()].map(({ length }) => length)).toEqual([...one.weights.values()].map((w) => w.length));
    for (const { rate, gradients } of golden.steps) {
      const given = floatsOf(gradients);
      expect(await many.optimiser.move(many.weights, given, rate)).toBe(
        await one.optimiser.move(one.weights, floatsOf(gradients), rate),
      );
      expect(given).toEqual(floatsOf(gradients));
    }
    expect(many.weights).toEqual(one.weights);
    expect(many.optimiser.moments).toEqual(one.optimiser.moments);
    await threads.release();
  });
});
