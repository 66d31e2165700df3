import { expect, it } from 'vitest';
import { plainWords, shareOf } from '../../src/report/plain.ts';
import { madeUpReport } from './made-up-report.ts';

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

it('the words that are wrong most often, of how many times that they are said', () => {
  const html = plainWords(madeUpReport(200));
  const counts = [...html.matchAll(/<b>[^<]+<\/b> (\d+)\u00a0of\u00a0(\d+)/g)].map(
    ([, a, b]) => [Number(a), Number(b)] as const,
  );
  expect(counts.length).toBe(12);
  for (const [wrong, said] of counts) expect(wrong).toBeLessThanOrEqual(said);
  expect(counts.map(([wrong]) => wrong)).toEqual(counts.map(([wrong]) => wrong).sort((a, b) => b - a));
});
