import { describe, expect, it } from 'vitest';
import { compareRuns, differencesOf } from '../../src/evaluate/compare.ts';
import type { LoadedPairs } from '../../src/evaluate/load.ts';
import { Random } from '../../src/support/random.ts';

const LETTERS = 'abcdefghij';

/** Utterances of twelve words, in which a system errs so often. */
function system(errs: number, seed: number, utterances = 60): LoadedPairs {
  const [said, heard] = [new Random('said'), new Random(seed)];
  const pairs = Array.from({ length: utterances }, (_, i) => {
    const reference = Array.from({ length: 12 }, () => LETTERS[said.int(10)]!.repeat(3));
    const hypothesis = reference.map((word) => (heard.next() < errs ? `${word.slice(1)}z` : word));
    return { id: `u${i}`, reference: reference.join(' '), hypothesis: hypothesis.join(' '), speaker: `s${i % 4}` };
  });
  return { pairs, rule: { unit: 'graphemes', profile: [] } };
}

describe('comparing two runs', () => {
  it('believes a difference that is plain', () => {
    const found = compareRuns(system(0.4, 1), system(0.2, 2));
    expect(found.believe).toBe('yes');
    expect(found.verdict).toMatch(
      /^B is better by \d\.\d points of CER \[\d\.\d, \d\.\d\], p = 0\.000\d: believe it\.$/,
    );
    expect(found.wer.difference).toBeCloseTo(0.2, 1);
    expect(found.wer.difference_ci95[0]).toBeGreaterThan(0);
    expect(found.matched_pairs.z).toBeGreaterThan(5);
  });

  it('says it from the other side just so', () => {
    const [forth, back] = [compareRuns(system(0.4, 1), system(0.2, 2)), compareRuns(system(0.2, 2), system(0.4, 1))];
    expect(back.verdict).toBe(forth.verdict.replace(/^B/, 'A'));
    expect(
      back.cer.difference_ci95
        .map((v) => -v)
        .reverse()
        .map((v) => v.toFixed(3)),
    ).toEqual(forth.cer.difference_ci95.map((v) => v.toFixed(3)));
  });

  it('rarely believes a difference between two equals', () => {
    const believed = [...Array(12).keys()].filter(
      (seed) => compareRuns(system(0.3, 2 * seed + 10, 30), system(0.3, 2 * seed + 11, 30)).believe === 'yes',
    );
    expect(believed.length).toBeLessThanOrEqual(1);
    expect(compareRuns(system(0.3, 5), system(0.3, 5))).toMatchObject({
      believe: 'no',
      verdict: 'A and B have the same CER: nothing to believe.',
    });
  });

  it('believes nothing from a handful of utterances, or of speakers', () => {
    expect(compareRuns(system(0.4, 1, 10), system(0.1, 2, 10)).verdict).toMatch(/too few utterances \(10\) to tell/);
    expect(compareRuns(system(0.4, 1), system(0.1, 2), 'speaker').verdict).toMatch(/too few speakers \(4\) to tell/);
  });

  it('refuses what was not tested on the same references, and says what differs', () => {
    const [a, b] = [system(0.2, 1, 5), system(0.2, 2, 6)];
    expect(() => compareRuns(a, b)).toThrow(/0 only in A, 1 only in B \(u5\)/);
    const changed = { ...a, pairs: a.pairs.map((pair) => (pair.id === 'u3' ? { ...pair, reference: 'other' } : pair)) };
    expect(() => compareRuns(a, changed)).toThrow(/the references differ, first at u3: “.*” in A, “other” in B/);
    expect(() => compareRuns(a, { ...a, rule: { unit: 'graphemes', profile: ['ng'] } })).toThrow(
      /does not count the same tokens/,
    );
  });

  it('takes the order of the records for what it is', () => {
    const [a, b] = [system(0.4, 1), system(0.2, 2)];
    expect(compareRuns(a, { ...b, pairs: [...b.pairs].reverse() })).toEqual(compareRuns(a, b));
  });
});

describe('the p of a bootstrap', () => {
  it('is that of the normal distribution where there are many utterances', () => {
    const random = new Random(3);
    const [a, b] = [0, 1].map(() =>
      Array.from({ length: 300 }, () => ({ errors: random.next() < 0.3 ? 1 : 0, total: 1 })),
    ) as [{ errors: number; total: number }[], { errors: number; total: number }[]];
    // Makes A worse by 1.96 standard errors of the difference.
    const se = Math.sqrt((2 * 0.21) / 300);
    let missing =
      Math.round(1.96 * se * 300) - (a.reduce((s, c) => s + c.errors, 0) - b.reduce((s, c) => s + c.errors, 0));
    for (const count of a) if (missing > 0 && count.errors === 0) missing -= count.errors = 1;
    for (const count of b) if (missing < 0 && count.errors === 0) missing += count.errors = 1;
    const { p } = differencesOf([[a, b]])[0]!;
    expect(p).toBeGreaterThan(0.02);
    expect(p).toBeLessThan(0.1);
  });
});
