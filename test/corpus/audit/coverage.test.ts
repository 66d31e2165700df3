import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf, ENOUGH, plainText } from '../../../src/corpus/audit/coverage.ts';

const said = (...texts: string[]) => texts.map((text, i) => ({ id: String(i), audio: 'x.wav', text }));

/** What a choice of sentences adds: letters and pairs of neighbours, each counted up to where it is known well enough. */
function added(corpus: readonly string[], chosen: readonly string[]): number {
  const counts = (texts: readonly string[]): Map<string, number> => {
    const all = new Map<string, number>();
    for (const text of texts)
      for (const word of plainText(text).split(' '))
        for (let i = 0; i < word.length; i++)
          for (const unit of [word[i]!, ...(i + 1 < word.length ? [word.slice(i, i + 2)] : [])])
            all.set(unit, (all.get(unit) ?? 0) + 1);
    return all;
  };
  const worth = (texts: readonly string[]): number =>
    [...counts(texts).values()].reduce((sum, count) => sum + Math.min(ENOUGH, count), 0);
  return worth([...corpus, ...chosen]) - worth(corpus);
}

const sentence = fc
  .array(fc.stringMatching(/^[abcŋ]{1,4}$/), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' '));

describe('the letters of a corpus', () => {
  it('are counted, the rarest first, with how many speakers say them', () => {
    const utterances = said('Ba bá!', 'ba').map((u, i) => ({ ...u, speaker: ['ana', 'bea'][i]! }));
    expect(coverageOf(utterances).graphemes).toEqual([
      { grapheme: 'á', count: 1, speakers: 1 },
      { grapheme: 'a', count: 2, speakers: 2 },
      { grapheme: 'b', count: 3, speakers: 2 },
    ]);
    expect(coverageOf(utterances).pairs).toEqual({ different: 2, known: 0 });
  });

  it('that are missing are brought by the sentences that are named, which say what they bring', () => {
    const { sentences } = coverageOf(said('la casa'), ['la casa', 'casa la', 'xilofono', '', 'xi']);
    expect(sentences.map(({ text, line }) => [text, line])).toEqual([
      ['xilofono', 3],
      ['casa la', 2],
      ['xi', 5],
    ]);
    expect(sentences[0]!.adds).toContain('x');
  });

  it('no sentence would add more than the first one named, and each next adds as much as any could then', () =>
    fc.assert(
      fc.property(
        fc.array(sentence, { maxLength: 5 }),
        fc.uniqueArray(sentence, { maxLength: 15 }),
        (corpus, texts) => {
          const known = new Set(corpus);
          const usable = texts.filter((text) => !known.has(text));
          const chosen = coverageOf(said(...corpus), texts).sentences.map(({ text }) => text);
          expect(chosen.length).toBeLessThanOrEqual(10);
          chosen.forEach((text, i) => {
            const before = [...corpus, ...chosen.slice(0, i)];
            const most = Math.max(
              ...usable.filter((one) => !chosen.slice(0, i).includes(one)).map((one) => added(before, [one])),
            );
            expect(added(before, [text])).toBe(most);
          });
        },
      ),
      { numRuns: 200 },
    ));
});
