import { expect, it } from 'vitest';
import { minimumFrames } from '../../src/ctc/feasible.ts';
import { greedy } from '../../src/ctc/greedy.ts';

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

it('counts a frame a token and one between equal neighbours', () => {
  expect(minimumFrames([])).toBe(0);
  expect(minimumFrames([1, 2, 3])).toBe(3);
  expect(minimumFrames([1, 1, 1])).toBe(5);
});
