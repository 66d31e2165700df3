import { expect, it } from 'vitest';
import { greedyWithTimes } from '../../src/decode/greedy.ts';
import { wordsOf } from '../../src/decode/word-times.ts';

const alphabet = { tokens: ['', '|', 'a', 'ng'], blank: 0, delimiter: 1 };

it('parts tokens at delimiters, wherever they stand', () => {
  const tokens = {
    ids: Int32Array.of(1, 2, 3, 1, 1, 3, 1),
    starts: Int32Array.of(0, 1, 4, 6, 8, 9, 11),
    ends: Int32Array.of(1, 2, 6, 7, 9, 10, 12),
    confidences: Float32Array.of(1, 0.5, 0.125, 1, 1, 0.75, 1),
  };
  expect(wordsOf(tokens, alphabet)).toEqual([
    { word: 'ang', start: 1, end: 6, confidence: 0.25 },
    { word: 'ng', start: 9, end: 10, confidence: 0.75 },
  ]);
});

it('reads what greedy decoding gives, and nothing out of nothing', () => {
  const logits = Float32Array.of(0, 0, 40, 0, 40, 0, 0, 0, 0, 0, 0, 40);
  expect(wordsOf(greedyWithTimes(logits, 0, 3, 4, 0), alphabet)).toEqual([
    { word: 'ang', start: 0, end: 3, confidence: 1 },
  ]);
  expect(wordsOf(greedyWithTimes(logits, 0, 0, 4, 0), alphabet)).toEqual([]);
});
