import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignTokens, codePointErrors, type Alignment } from '../../src/evaluate/align.ts';
import { EDITS, SCLITE_COSTS, UNIT_COSTS, type Costs } from '../../src/evaluate/costs.ts';
import { errorsOf } from '../../src/evaluate/score.ts';
import { editDistance } from '../../src/support/edit-distance.ts';

interface Golden {
  pairs: { reference: string; hypothesis: string; steps: string; letter_steps: string }[];
  ties: { reference: string; hypothesis: string; steps: string }[];
}
const golden = JSON.parse(readFileSync('test/fixtures/evaluate/golden.json', 'utf8')) as Golden;
const lettersOf = (alignment: Alignment): string => Array.from(alignment.edits, (edit) => 'CSDI'[edit]!).join('');
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

describe('an alignment', () => {
  it('takes the very steps that jiwer takes, by words and by letters', () => {
    for (const { reference, hypothesis, steps, letter_steps } of golden.pairs) {
      expect(lettersOf(alignTokens(words(reference), words(hypothesis)))).toBe(steps);
      expect(lettersOf(alignTokens([...reference], [...hypothesis]))).toBe(letter_steps);
    }
  });

  it('breaks ties as jiwer does, where there are many, and where the table is halved', () => {
    for (const { reference, hypothesis, steps } of golden.ties)
      expect(lettersOf(alignTokens([...reference], [...hypothesis]))).toBe(steps);
  });

  it('prefers by sclite’s costs what keeps more words right', () => {
    // Five substitutions cost 20, three deletions and three insertions 18, and they keep two words right.
    const [reference, hypothesis] = [words('p q r x y'), words('x y s t u')];
    expect(lettersOf(alignTokens(reference, hypothesis, SCLITE_COSTS))).toBe('DDDCCIII');
    expect(lettersOf(alignTokens(reference, hypothesis))).toBe('SSSSS');
  });
});

const tokens = fc.array(fc.constantFrom('a', 'b', 'c', 'long'), { maxLength: 70 });

describe('whatever is aligned', () => {
  it('costs what the table of all costs says', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const distance = editDistance(a, b);
        expect(errorsOf(alignTokens(a, b))).toBe(distance);
        // Other costs take the other way through the code; doubled, they are the same problem.
        const doubled: Costs = { substitute: 2, delete: 2, insert: 2, prefer: UNIT_COSTS.prefer };
        expect(errorsOf(alignTokens(a, b, doubled))).toBe(distance);
      }),
    );
  });

  it('is a way from the one to the other', () => {
    fc.assert(
      fc.property(tokens, tokens, fc.constantFrom(UNIT_COSTS, SCLITE_COSTS), (a, b, costs) => {
        const { steps } = alignTokens(a, b, costs);
        const built = steps.flatMap((step) => {
          if (step.edit === 'equal') expect(a[step.reference]).toBe(b[step.hypothesis]);
          if (step.edit === 'substitute') expect(a[step.reference]).not.toBe(b[step.hypothesis]);
          return step.edit === 'delete' ? [] : step.edit === 'equal' ? [a[step.reference]!] : [b[step.hypothesis]!];
        });
        expect(built).toEqual(b);
        expect(steps.filter((s) => s.edit !== 'insert').map((s) => s.reference)).toEqual([...a.keys()]);
        expect(steps.every((step) => EDITS.includes(step.edit))).toBe(true);
      }),
    );
  });

  it('stays as it was while others are aligned', () => {
    const first = alignTokens(['a', 'b'], ['a', 'c']);
    for (let i = 0; i < 50; i++) alignTokens(['x'], ['y', 'z']);
    expect(lettersOf(first)).toBe('CS');
  });
});

describe('code points', () => {
  it('are counted, not UTF-16 units', () => {
    expect(codePointErrors('a𐌰b', 'a𐌱b')).toEqual({ errors: 1, total: 3 });
    expect(codePointErrors('', 'xy')).toEqual({ errors: 2, total: 0 });
    expect(codePointErrors('è', '')).toEqual({ errors: 1, total: 1 });
  });

  it('give the edit distance', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '𐌰', 'è'), maxLength: 90 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(codePointErrors(a, b).errors).toBe(editDistance([...a], [...b]));
      }),
    );
  });
});
