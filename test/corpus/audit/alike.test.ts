import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeTexts, doubleFindings } from '../../../src/corpus/audit/alike.ts';
import type { Measured } from '../../../src/corpus/audit/measure.ts';
import type { Utterance } from '../../../src/corpus/utterance.ts';

const measured = (utterance: Partial<Utterance> & { id: string }, hash = utterance.id, duration = 2): Measured => ({
  utterance: { audio: 'x.wav', text: 'su', ...utterance },
  place: {},
  quality: { duration } as Measured['quality'],
  pace: 10,
  hash,
});
const saying = (...texts: string[]): Measured[] => texts.map((text, i) => measured({ id: String(i), text }));

const word = fc.stringMatching(/^[a-c]$/);

describe('texts of a corpus', () => {
  it('that are the same but for capitals and signs are alike', () => {
    expect(alikeTexts(saying('La casa.', 'la casa', 'il cane'))).toEqual([
      { what: 'same text', items: ['0', '1'], texts: ['La casa.'] },
    ]);
  });

  it.each([
    ['another word', ['la casa è grande', 'la casa è bella'], true],
    ['one more word', ['la casa è grande', 'la casa è molto grande'], true],
    ['the first word gone', ['e la casa è grande', 'la casa è grande'], true],
    ['two other words', ['la casa è grande', 'la porta è bella'], false],
    ['two words in another order', ['la casa è grande', 'la è casa grande'], false],
    ['too short to tell', ['la casa', 'la porta'], false],
  ])('one word apart: %s', (_, texts, near) => {
    expect(alikeTexts(saying(...texts)).map(({ what }) => what)).toEqual(near ? ['one word apart'] : []);
  });

  it('are found by no other way than by comparing all with all', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.array(word, { minLength: 4, maxLength: 6 }).map((words) => words.join(' ')),
          { maxLength: 12 },
        ),
        (texts) => {
          const found = new Set(
            alikeTexts(saying(...texts)).flatMap(({ items }) =>
              items.flatMap((a) => items.filter((b) => b !== a).map((b) => `${a} ${b}`)),
            ),
          );
          texts.forEach((a, i) =>
            texts.forEach((b, j) => {
              if (i !== j && isOneWordApart(a.split(' '), b.split(' '))) expect(found).toContain(`${i} ${j}`);
            }),
          );
        },
      ),
      { numRuns: 300 },
    ));
});

function isOneWordApart(a: readonly string[], b: readonly string[]): boolean {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  if (longer.length - shorter.length > 1) return false;
  if (longer.length === shorter.length) return longer.filter((one, i) => one !== shorter[i]).length === 1;
  return longer.some((_, i) => [...longer.slice(0, i), ...longer.slice(i + 1)].join(' ') === shorter.join(' '));
}

describe('sound of a corpus', () => {
  it('that comes twice is told, and whether the transcripts agree', () => {
    const found = doubleFindings([
      measured({ id: 'a', text: 'Su' }, 'one'),
      measured({ id: 'b', text: 'su' }, 'one'),
      measured({ id: 'c', text: 'giù' }, 'one'),
      measured({ id: 'd' }, 'two'),
    ]);
    expect(found.map(({ item, what }) => [item, what])).toEqual([
      ['b', 'the same sound as a: it counts twice'],
      ['c', 'the same sound as a, with another transcript'],
    ]);
  });

  it('of one voice that lies over other sound of it is told; of two voices it is a dialogue', () => {
    const at = (id: string, start: number, speaker: string): Measured =>
      measured({ id, start, end: start + 2, speaker });
    expect(doubleFindings([at('a', 0, 'ana'), at('b', 0.5, 'ana')]).map(({ item }) => item)).toEqual(['b']);
    expect(doubleFindings([at('a', 0, 'ana'), at('b', 1.5, 'ana'), at('c', 0.5, 'bea')])).toEqual([]);
  });
});
