import { describe, expect, it } from 'vitest';
import { learnSpelling, spellingTable, type Spoken } from '../../src/text/spelling.ts';

const sentence = (text: string, phones: string): Spoken => ({ text, phones: phones.split(' ') });
const FRENCH: Spoken[] = [
  sentence('Chat, chou!', 'ʃ a | ʃ u'),
  sentence('tout', 't u'),
  sentence('ta', 't a'),
  sentence('chuta', 'ʃ y t a'),
  sentence('tutu', 't y t y'),
  sentence('atout', 'a t u'),
];

describe('how phones are spelt', () => {
  it('is learnt from sentences and their phones', () => {
    const spelling = learnSpelling(FRENCH);
    const likeliest = (phone: string): string[] =>
      Object.entries(spelling[phone]!)
        .sort(([, a], [, b]) => b - a)
        .map(([letter]) => letter);
    expect(['t', 'a', 'y'].map((phone) => likeliest(phone)[0])).toEqual(['t', 'a', 'u']);
    expect(likeliest('ʃ').slice(0, 2).sort()).toEqual(['c', 'h']);
  });

  it('leaves out a sentence in which text and phones have another number of words', () => {
    expect(learnSpelling([...FRENCH, sentence('x 12', 'd u z | a | b')])).toEqual(learnSpelling(FRENCH));
  });

  it('becomes the shares of the tokens that there are', () => {
    const spelling = { k: { c: 30, k: 60, q: 10, к: 500 }, e: { e: 90, é: 10 } };
    const table = rows(spellingTable(spelling, ['<pad>', '|', 'k', 'e', 'θ'], ['<pad>', '|', 'c', 'k', 'è', 'CH']), 5);
    expect(table[0]![0]).toBeCloseTo(1, 1);
    expect(table[1]![1]).toBeCloseTo(1, 1);
    // Cyrillic is not written here; a digraph counts as its first letter, small.
    expect(table[2]!.slice(2)).toEqual([0.25, 0.5, 0, 0.25].map((share) => expect.closeTo(share, 2) as number));
    expect(table[3]![4]).toBeCloseTo(1, 1);
    // Nothing known: all alike.
    expect(new Set(table[4]).size).toBe(1);
  });

  it('is each phone itself where phones are written', () => {
    const table = rows(spellingTable({}, ['<pad>', 'k', 'e'], ['<pad>', 'e', 'k'], 'phones'), 3);
    expect(table.map((row) => row.indexOf(Math.max(...row)))).toEqual([0, 2, 1]);
  });
});

function rows(table: Float32Array, count: number): number[][] {
  const width = table.length / count;
  return Array.from({ length: count }, (_, i) => [...table.subarray(i * width, (i + 1) * width)].map(Math.exp));
}
