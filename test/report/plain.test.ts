import { expect, it } from 'vitest';
import { shareOf } from '../../src/report/plain.ts';

it.each([
  [0.167, 'About one letter in six is wrong'],
  [0.35, 'About one letter in three is wrong'],
  [0.45, 'About every second letter is wrong'],
  [0.61, 'About 6 letters in ten are wrong'],
  [0.04, 'About one letter in 25 is wrong'],
  [1.2, 'Nearly every letter is wrong'],
  [0, 'Hardly a letter is wrong'],
])('a CER of %d in words', (cer, words) => {
  expect(shareOf(cer)).toBe(words);
});
