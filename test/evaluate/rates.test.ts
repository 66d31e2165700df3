import fc from 'fast-check';
import { cer, wer } from 'isogloss/score';
import { describe, expect, it } from 'vitest';
import { alignPairs, score } from '../../src/evaluate/score.ts';
import { tokeniser } from '../../src/evaluate/tokens.ts';

const text = fc.array(fc.constantFrom('a', 'ab', 'sch', 'ü'), { maxLength: 5 }).map((words) => words.join(' '));
const texts = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 });

describe('wer and cer', () => {
  it('are those of score, whatever was said', () => {
    fc.assert(
      fc.property(texts, (pairs) => {
        const [references, hypotheses] = [pairs.map(([said]) => said), pairs.map(([, heard]) => heard)];
        const records = pairs.map(([reference, hypothesis], i) => ({ id: `${i}`, reference, hypothesis }));
        const scores = score(alignPairs(records, tokeniser({ unit: 'graphemes', profile: ['sch'] })));
        expect(wer(references, hypotheses, { intervals: true })).toEqual({ rate: scores.wer, ci95: scores.wer_ci95 });
        expect(cer(references, hypotheses, { profile: ['sch'] })).toBe(scores.cer);
      }),
      { numRuns: 30 },
    );
  });

  it('count a grapheme of the profile once', () => {
    expect(cer(['tisch'], ['tis'])).toBe(2 / 5);
    expect(cer(['tisch'], ['tis'], { profile: ['sch'] })).toBe(1 / 3);
  });

  it('want a hypothesis for each reference', () => {
    expect(() => wer(['a', 'b'], ['a'])).toThrow('2 references and 1 hypotheses');
  });
});
