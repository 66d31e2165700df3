import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../src/evaluate/bootstrap.ts';
import { breakDown } from '../../src/evaluate/breakdown.ts';
import { confusions, errorsByToken } from '../../src/evaluate/confusions.ts';
import { bestOfNBest, measures, type Measures } from '../../src/evaluate/measures.ts';
import { alignPairs, score, type Pair, type Scores } from '../../src/evaluate/score.ts';
import { tokeniser } from '../../src/evaluate/tokens.ts';
import { Random } from '../../src/support/random.ts';

type Figures = Pick<
  Scores & Measures,
  'wer' | 'mer' | 'wil' | 'wip' | 'hits' | 'substitutions' | 'deletions' | 'insertions'
>;
interface Golden {
  pairs: { reference: string; hypothesis: string }[];
  measures: Figures;
  tricky: (Figures & { references: string[]; hypotheses: string[] })[];
}
const golden = JSON.parse(readFileSync('test/fixtures/evaluate/golden.json', 'utf8')) as Golden;
const tokens = tokeniser({ unit: 'graphemes', profile: [] });
const aligned = (pairs: Omit<Pair, 'id'>[]) =>
  alignPairs(
    pairs.map((pair, i) => ({ id: String(i), ...pair })),
    tokens,
  );

function expectFigures(
  pairs: ReturnType<typeof aligned>,
  { wer, mer, wil, wip, hits, substitutions, deletions, insertions }: Figures,
): void {
  const all = { ...score(pairs), ...measures(pairs) };
  expect(all).toMatchObject({ hits, substitutions, deletions, insertions });
  expect(all.wer).toBeCloseTo(Math.min(wer, all.words > 0 ? Infinity : 1), 10);
  expect([all.mer, all.wil, all.wip].map((v) => v.toFixed(10))).toEqual([mer, wil, wip].map((v) => v.toFixed(10)));
}

describe('measures', () => {
  it('are jiwer’s: split of the errors, MER, WIL, WIP', () => expectFigures(aligned(golden.pairs), golden.measures));

  it.each(golden.tricky)('are jiwer’s for $references → $hypotheses', ({ references, hypotheses, ...figures }) =>
    expectFigures(aligned(references.map((reference, i) => ({ reference, hypothesis: hypotheses[i]! }))), figures),
  );

  it('know the best of the n best, but only where all utterances have them', () => {
    const first = { reference: 'a b c', hypothesis: 'a x c d', nbest: ['a x c d', 'a b d', ''] };
    expect(measures(aligned([first])).oracle_wer).toBeCloseTo(1 / 3);
    expect(measures(aligned([first, { reference: 'a', hypothesis: 'a' }])).oracle_wer).toBeUndefined();
    expect(bestOfNBest(aligned([first]), tokens)!.map(({ hypothesis }) => hypothesis)).toEqual([first.nbest[1]]);
    expect(score(bestOfNBest(aligned([{ ...first, seconds: 2 }]), tokens)!)).toMatchObject({
      wer: 1 / 3,
      seconds_audio: 2,
    });
    expect(bestOfNBest(aligned([{ reference: 'a', hypothesis: 'a' }]), tokens)).toBeUndefined();
  });
});

describe('errors by word and by grapheme', () => {
  const pairs = aligned([
    { reference: 'il cane', hypothesis: 'il pane' },
    { reference: 'il cane dorme', hypothesis: 'il pane dorme qui' },
    { reference: 'no', hypothesis: '' },
  ]);

  it('count what became of each', () => {
    const [first, ...rest] = errorsByToken(pairs, 'words');
    expect(first).toEqual({ token: 'cane', count: 2, substituted: 2, deleted: 0, inserted: 0 });
    expect(rest).toContainEqual({ token: 'no', count: 1, substituted: 0, deleted: 1, inserted: 0 });
    expect(rest).toContainEqual({ token: 'qui', count: 0, substituted: 0, deleted: 0, inserted: 1 });
    expect(rest).toContainEqual({ token: 'il', count: 2, substituted: 0, deleted: 0, inserted: 0 });
    expect(errorsByToken(pairs, 'tokens')[0]).toMatchObject({ token: 'c', count: 2, substituted: 2 });
  });

  it('and what it was taken for', () =>
    expect(confusions(pairs, 1, 'words')).toEqual([{ reference: 'cane', hypothesis: 'pane', count: 2 }]));
});

describe('a breakdown', () => {
  const pairs = aligned([
    { reference: 'a', hypothesis: 'a', speaker: 'zoe', snr: 12 },
    { reference: 'a b c d', hypothesis: 'a b c', speaker: 'anna', snr: -3 },
    { reference: 'a b c d e', hypothesis: 'x b c d e', speaker: 'zoe', snr: 13 },
    { reference: '', hypothesis: 'x', speaker: 'anna' },
  ]);

  it('goes by speaker', () =>
    expect(breakDown(pairs, 'speaker')).toMatchObject([
      { group: 'anna', utterances: 2, words: 4, wer: 0.5 },
      { group: 'zoe', utterances: 2, words: 6, wer: 1 / 6 },
    ]));

  it('goes by length and by SNR, in bands by size; the unknown comes last', () => {
    expect(breakDown(pairs, 'length').map((g) => g.group)).toEqual(['no word', '1–2 words', '3–5 words']);
    expect(breakDown(pairs, 'snr').map((g) => [g.group, g.utterances])).toEqual([
      ['-5 to 0 dB', 1],
      ['10 to 15 dB', 2],
      ['unknown', 1],
    ]);
  });

  it('says so when nobody has what is asked for', () =>
    expect(() => breakDown(pairs, 'file')).toThrow(/no record has a file/));
});

describe('intervals', () => {
  it('have the width that theory gives, for many units too', () => {
    const random = new Random(5);
    for (const units of [400, 20_000]) {
      const counts = Array.from({ length: units }, () => ({ errors: random.next() < 0.3 ? 1 : 0, total: 1 }));
      const [low, high] = bootstrapInterval(counts);
      const expected = 2 * 1.96 * Math.sqrt((0.3 * 0.7) / units);
      expect((high - low) / expected).toBeGreaterThan(0.85);
      expect((high - low) / expected).toBeLessThan(1.15);
    }
  });

  it('are wider by speaker where utterances of one speaker are alike', () => {
    const pairs = aligned(
      Array.from({ length: 200 }, (_, i) => ({
        reference: 'a b',
        hypothesis: i % 20 < 6 ? 'x y' : 'a b',
        speaker: String(i % 20),
      })),
    );
    const width = (resample: 'utterance' | 'speaker'): number => {
      const [low, high] = score(pairs, resample).wer_ci95;
      return high - low;
    };
    expect(width('speaker')).toBeGreaterThan(2 * width('utterance'));
  });
});

describe('a tokeniser', () => {
  it('splits by the profile, with word breaks; phones by blanks', () => {
    expect(tokeniser({ unit: 'graphemes', profile: ['ng'] })('ang  a')).toEqual(['a', 'ng', '|', 'a']);
    expect(tokeniser({ unit: 'phones', profile: [] })('tʃ a | o')).toEqual(['tʃ', 'a', '|', 'o']);
  });
});
