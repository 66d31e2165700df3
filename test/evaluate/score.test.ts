import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignTokens } from '../../src/evaluate/align.ts';
import { confusions } from '../../src/evaluate/confusions.ts';
import { alignPairs, errorsOf, score } from '../../src/evaluate/score.ts';

interface Golden {
  pairs: { reference: string; hypothesis: string; word_errors: number; words: number; cer: number }[];
  wer: number;
  cer: number;
}
const golden = JSON.parse(readFileSync('test/fixtures/evaluate/golden.json', 'utf8')) as Golden;
const letters = (text: string): string[] => [...text];
const aligned = (pairs: { reference: string; hypothesis: string }[]) =>
  alignPairs(
    pairs.map((p, i) => ({ id: String(i), ...p })),
    letters,
  );

describe('scores', () => {
  it('are those of jiwer, pair by pair and over all', () => {
    const pairs = aligned(golden.pairs);
    pairs.forEach((pair, i) => {
      expect(errorsOf(pair.words)).toBe(golden.pairs[i]!.word_errors);
      expect(pair.cer).toBeCloseTo(golden.pairs[i]!.cer, 10);
    });
    const all = score(pairs);
    expect(all.wer).toBeCloseTo(golden.wer, 10);
    expect(all.cer).toBeCloseTo(golden.cer, 10);
    expect(all.cer_codepoints).toBeCloseTo(golden.cer, 10);
    expect(all.wer_ci95[0]).toBeLessThan(all.wer);
    expect(all.wer_ci95[1]).toBeGreaterThan(all.wer);
  });

  it('handle an empty reference and an empty hypothesis', () => {
    expect(score(aligned([{ reference: '', hypothesis: '' }]))).toMatchObject({ wer: 0, cer: 0, words: 0 });
    expect(score(aligned([{ reference: '', hypothesis: 'x' }]))).toMatchObject({ wer: 1, insertions: 1 });
    expect(score(aligned([{ reference: 'a b', hypothesis: '' }]))).toMatchObject({ wer: 1, deletions: 2 });
  });

  it('give the same interval for the same counts', () => {
    expect(score(aligned(golden.pairs)).cer_ci95).toEqual(score(aligned(golden.pairs)).cer_ci95);
  });

  it('count what is taken for what', () => {
    const [first, second] = confusions(
      aligned([
        { reference: 'aab', hypothesis: 'eeb' },
        { reference: 'c', hypothesis: 'cd' },
      ]),
      5,
    );
    expect(first).toEqual({ reference: 'a', hypothesis: 'e', count: 2 });
    expect(second).toEqual({ reference: '', hypothesis: 'd', count: 1 });
  });
});

describe('an alignment', () => {
  const tokens = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

  it('holds every token of both sides once, in order', () => {
    fc.assert(
      fc.property(tokens, tokens, (reference, hypothesis) => {
        const { steps } = alignTokens(reference, hypothesis);
        expect(steps.flatMap((s) => (s.reference < 0 ? [] : [s.reference]))).toEqual([...reference.keys()]);
        expect(steps.flatMap((s) => (s.hypothesis < 0 ? [] : [s.hypothesis]))).toEqual([...hypothesis.keys()]);
      }),
    );
  });

  it('costs the same both ways, nothing for equals, and keeps the triangle inequality', () => {
    const cost = (a: string[], b: string[]): number => errorsOf(alignTokens(a, b));
    fc.assert(
      fc.property(tokens, tokens, tokens, (a, b, c) => {
        expect(cost(a, a)).toBe(0);
        expect(cost(a, b)).toBe(cost(b, a));
        expect(cost(a, c)).toBeLessThanOrEqual(cost(a, b) + cost(b, c));
      }),
    );
  });
});
