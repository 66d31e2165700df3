import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minimumFrames } from '../../src/ctc/feasible.ts';
import { greedy, greedyWithTimes } from '../../src/decode/greedy.ts';

function oneHot(path: number[], tokens: number): Float32Array {
  const logits = new Float32Array(path.length * tokens);
  path.forEach((token, t) => (logits[t * tokens + token] = 5));
  return logits;
}

it('joins repeats, drops blanks, and keeps a token that a blank parts', () => {
  expect([...greedy(oneHot([0, 1, 1, 0, 1, 2, 2, 0], 3), 0, 8, 3, 0)]).toEqual([1, 1, 2]);
});

it('reads one row of a batch, and no further than its frames', () => {
  const logits = oneHot([2, 2, 1, 0, 1, 2], 3);
  expect([...greedy(logits, 3 * 3, 2, 3, 0)]).toEqual([1]);
});

it('says where each token stood, and how sure it was', () => {
  const { ids, starts, ends, confidences } = greedyWithTimes(oneHot([0, 1, 1, 0, 1, 2, 2, 0], 3), 0, 8, 3, 0);
  expect([...ids]).toEqual([1, 1, 2]);
  expect([...starts]).toEqual([1, 4, 5]);
  expect([...ends]).toEqual([3, 5, 7]);
  for (const confidence of confidences) expect(confidence).toBeCloseTo(1 / (1 + 2 * Math.exp(-5)), 5);
});

it('finds the same tokens with times as without, in spans that do not overlap', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
      fc.integer({ min: 0, max: 3 }),
      (path, blank) => {
        const logits = oneHot(path, 4);
        const { ids, starts, ends } = greedyWithTimes(logits, 0, path.length, 4, blank);
        expect(ids).toEqual(greedy(logits, 0, path.length, 4, blank));
        ids.forEach((id, i) => {
          expect(path.slice(starts[i], ends[i])).toEqual(new Array(ends[i]! - starts[i]!).fill(id));
          expect(starts[i]!).toBeGreaterThanOrEqual(i > 0 ? ends[i - 1]! : 0);
        });
      },
    ),
  );
});

it('counts a frame a token and one between equal neighbours', () => {
  expect(minimumFrames([])).toBe(0);
  expect(minimumFrames([1, 2, 3])).toBe(3);
  expect(minimumFrames([1, 1, 1])).toBe(5);
});
