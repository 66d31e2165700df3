import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { minimumFrames } from '../../src/ctc/feasible.ts';
import { logSpaceLoss } from '../../src/ctc/log-space.ts';
import { ctcLoss } from '../../src/ctc/loss.ts';
import { fastExp } from '../../src/ctc/softmax.ts';
import { Random } from '../../src/support/random.ts';

interface Golden {
  cases: { frames: number; tokens: number; targets: number[]; logits: number[]; loss: number; gradient: number[] }[];
  formulas: {
    frames: number;
    tokens: number;
    length: number;
    spread: number;
    blank: number;
    loss: number;
    step: number;
    gradient: number[];
  }[];
}
const golden = JSON.parse(readFileSync('test/fixtures/ctc/golden.json', 'utf8')) as Golden;

interface Result {
  loss: number;
  gradient: Float32Array;
}

function lossOf(logits: Float32Array, frames: number, tokens: number, target: Int32Array, blank = 0): Result {
  const gradient = new Float32Array(logits.length);
  const [loss] = ctcLoss(logits, { batch: 1, frames, tokens }, Int32Array.of(frames), [target], blank, gradient);
  return { loss: loss!, gradient };
}

function inLogSpace(logits: Float32Array, frames: number, tokens: number, target: Int32Array): Result {
  const gradient = new Float32Array(logits.length);
  return { loss: logSpaceLoss(logits, gradient, { start: 0, count: frames, tokens, blank: 0, target }), gradient };
}

function expectClose(ours: Result, expected: Result, tolerance: number): void {
  expect(Math.abs(ours.loss - expected.loss) / (1 + Math.abs(expected.loss))).toBeLessThan(tolerance);
  const worst = ours.gradient.reduce((most, g, i) => Math.max(most, Math.abs(g - expected.gradient[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

/** −ln of the summed probability of every path that collapses to the target. */
function bruteForce(logits: Float32Array, frames: number, tokens: number, target: Int32Array): number {
  const probability = (t: number, k: number): number => {
    const row = logits.subarray(t * tokens, (t + 1) * tokens);
    return Math.exp(row[k]!) / row.reduce((sum, x) => sum + Math.exp(x), 0);
  };
  let total = 0;
  const walk = (t: number, p: number, last: number, written: number[]): void => {
    if (t === frames) {
      if (written.join() === [...target].join()) total += p;
      return;
    }
    for (let k = 0; k < tokens; k++)
      walk(t + 1, p * probability(t, k), k, k !== 0 && k !== last ? [...written, k] : written);
  };
  walk(0, 1, 0, []);
  return -Math.log(total);
}

const small = fc.record({
  frames: fc.integer({ min: 1, max: 5 }),
  tokens: fc.integer({ min: 2, max: 4 }),
  seed: fc.integer(),
  target: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
});

describe('CTC loss', () => {
  it('agrees with PyTorch in value and gradient', () => {
    for (const c of golden.cases) {
      const { loss, gradient } = lossOf(Float32Array.from(c.logits), c.frames, c.tokens, Int32Array.from(c.targets));
      expect(Math.abs(loss - c.loss) / c.loss).toBeLessThan(1e-6);
      c.gradient.forEach((g, i) => expect(Math.abs(gradient[i]! - g)).toBeLessThan(2e-6));
    }
  });

  it('agrees with PyTorch over half a minute, with wild logits, tight targets and another blank', () => {
    for (const c of golden.formulas) {
      const logits = Float32Array.from({ length: c.frames * c.tokens }, (_, i) => c.spread * Math.sin(i * 12.9898));
      const target = Int32Array.from({ length: c.length }, (_, j) => 1 + ((7 * j) % (c.tokens - 2)));
      const { loss, gradient } = lossOf(logits, c.frames, c.tokens, target, c.blank);
      expect(Math.abs(loss - c.loss) / c.loss).toBeLessThan(1e-6);
      c.gradient.forEach((g, i) => expect(Math.abs(gradient[i * c.step]! - g)).toBeLessThan(1e-5));
    }
  });

  it('is the same in probability space as in log space', () => {
    const bigger = fc.record({
      frames: fc.integer({ min: 1, max: 60 }),
      tokens: fc.integer({ min: 2, max: 8 }),
      seed: fc.integer(),
      spread: fc.constantFrom(1, 5, 20, 100),
      target: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 30 }),
    });
    fc.assert(
      fc.property(bigger, ({ frames, tokens, seed, spread, target }) => {
        const ids = Int32Array.from(target.filter((t) => t < tokens));
        fc.pre(minimumFrames(ids) <= frames);
        const random = new Random(seed);
        const logits = Float32Array.from({ length: frames * tokens }, () => spread * random.normal());
        expectClose(lossOf(logits, frames, tokens, ids), inLogSpace(logits, frames, tokens, ids), 1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it('is what summing over all paths gives', () => {
    fc.assert(
      fc.property(small, ({ frames, tokens, seed, target }) => {
        const random = new Random(seed);
        const ids = Int32Array.from(target.filter((t) => t < tokens));
        const logits = Float32Array.from({ length: frames * tokens }, () => 2 * random.normal());
        const { loss } = lossOf(logits, frames, tokens, ids);
        const expected = bruteForce(logits, frames, tokens, ids);
        if (expected === Infinity) expect(loss).toBe(Infinity);
        else expect(loss).toBeCloseTo(expected, 4);
      }),
      { numRuns: 200 },
    );
  });

  it('has the gradient that finite differences show', () => {
    fc.assert(
      fc.property(small, ({ frames, tokens, seed, target }) => {
        const ids = Int32Array.from(target.filter((t) => t < tokens));
        fc.pre(minimumFrames(ids) <= frames);
        const random = new Random(seed);
        const logits = Float32Array.from({ length: frames * tokens }, () => random.normal());
        const { gradient } = lossOf(logits, frames, tokens, ids);
        const moved = (i: number, by: number): number =>
          lossOf(
            logits.map((x, j) => (i === j ? x + by : x)),
            frames,
            tokens,
            ids,
          ).loss;
        for (let i = 0; i < logits.length; i++)
          expect(Math.abs((moved(i, 0.01) - moved(i, -0.01)) / 0.02 - gradient[i]!)).toBeLessThan(2e-3);
      }),
      { numRuns: 100 },
    );
  });

  it('says which target does not fit, and keeps the rest of the batch', () => {
    const random = new Random(1);
    const logits = Float32Array.from({ length: 2 * 4 * 3 }, () => random.normal());
    const gradient = new Float32Array(logits.length).fill(NaN);
    const losses = ctcLoss(
      logits,
      { batch: 2, frames: 4, tokens: 3 },
      Int32Array.of(4, 2),
      [Int32Array.of(1, 1, 1), Int32Array.of(2)],
      0,
      gradient,
    );
    expect(losses[0]).toBe(Infinity);
    expect(Number.isFinite(losses[1])).toBe(true);
    expect([...gradient.subarray(0, 12)]).toEqual(new Array(12).fill(0));
    // Frames past a row's end are padding: no gradient there.
    expect([...gradient.subarray(12 + 6)]).toEqual(new Array(6).fill(0));
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('keeps its precision over half a minute of confident frames', () => {
    const [frames, tokens] = [1500, 30];
    const logits = new Float32Array(frames * tokens);
    const target = Int32Array.from({ length: 300 }, (_, i) => 1 + (i % 29));
    for (let t = 0; t < frames; t++) logits[t * tokens + (t % 5 === 0 ? target[t / 5]! : 0)] = 60;
    const { loss, gradient } = lossOf(logits, frames, tokens, target);
    expect(loss).toBeLessThan(1e-3);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('is right where the likely paths leave no room in float64 for the one that is asked for', () => {
    const [frames, tokens] = [100, 4];
    const target = Int32Array.from({ length: 20 }, (_, i) => 1 + (i % 3));
    const allBlank = Float32Array.from({ length: frames * tokens }, (_, i) => (i % tokens === 0 ? 79 : 0));
    expectClose(lossOf(allBlank, frames, tokens, target), inLogSpace(allBlank, frames, tokens, target), 1e-5);
    expect(lossOf(allBlank, frames, tokens, target).loss).toBeGreaterThan(1500);
  });

  it('grows without bound, and still has a gradient, where the network is sure of the wrong thing', () => {
    const logits = new Float32Array(4 * 3).fill(-1e4);
    for (let t = 0; t < 4; t++) logits[t * 3 + 1] = 1e4;
    const { loss, gradient } = lossOf(logits, 4, 3, Int32Array.of(2));
    expect(loss).toBeCloseTo(8e4 - Math.log(10), 3);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient[1]).toBeCloseTo(1);
  });

  it('knows tokens without any probability, and logits that are not numbers', () => {
    const logits = new Float32Array(4 * 3);
    for (let t = 0; t < 4; t++) logits[t * 3 + 1] = -Infinity;
    expect(lossOf(logits, 4, 3, Int32Array.of(1)).loss).toBe(Infinity);
    expect(lossOf(logits, 4, 3, Int32Array.of(2)).loss).toBeCloseTo(-Math.log(10 / 16), 5);
    logits[5] = NaN;
    const { loss, gradient } = lossOf(logits, 4, 3, Int32Array.of(2));
    expect(loss).toBeNaN();
    expect([...gradient]).toEqual(new Array(12).fill(0));
  });

  it('takes an empty target as the path of blanks alone', () => {
    const random = new Random(3);
    const logits = Float32Array.from({ length: 3 * 2 }, () => random.normal());
    const { loss, gradient } = lossOf(logits, 3, 2, new Int32Array(0));
    const expected = [0, 1, 2].reduce((sum, t) => sum + Math.log1p(Math.exp(logits[2 * t + 1]! - logits[2 * t]!)), 0);
    expect(loss).toBeCloseTo(expected, 5);
    expect(gradient[1]).toBeCloseTo(1 / (1 + Math.exp(logits[0]! - logits[1]!)), 5);
    expect(lossOf(new Float32Array(0), 0, 2, new Int32Array(0)).loss).toBe(0);
    expect(lossOf(new Float32Array(0), 0, 2, Int32Array.of(1)).loss).toBe(Infinity);
  });
});

describe('the exponential', () => {
  it('is that of Math.exp to 1e-8', () => {
    fc.assert(
      fc.property(fc.double({ min: -80, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(fastExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-8);
      }),
      { numRuns: 2000 },
    );
  });
});
