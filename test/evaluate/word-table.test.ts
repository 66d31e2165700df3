import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ids, Interner } from '../../src/evaluate/ids.ts';
import { TokenNumbers } from '../../src/evaluate/token-numbers.ts';
import { tokeniser, wordsOf } from '../../src/evaluate/tokens.ts';
import { WordTable } from '../../src/evaluate/word-table.ts';

const texts = fc.array(
  fc.array(fc.constantFrom('a', 'b', 'è', '😀', ' ', 'ng'), { maxLength: 12 }).map((parts) => parts.join('')),
  { maxLength: 60 },
);
const numbersOf = (ids: Ids): number[] => Array.from(ids.ids.subarray(0, ids.length));

it('numbers words as a Map of strings would, however many there are', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const [table, map, ids] = [new WordTable(), new Map<string, number>(), new Ids()];
      for (const text of all) {
        const expected = wordsOf(text).map((word) => map.get(word) ?? map.set(word, map.size).size - 1);
        expect(numbersOf(table.number(text, ids))).toEqual(expected);
      }
      expect(table.words).toEqual([...map.keys()]);
    }),
  );
  const [table, ids] = [new WordTable(), new Ids()];
  const many = Array.from({ length: 20_000 }, (_, i) => `w${i * 7919}`);
  for (const round of [1, 2])
    expect(numbersOf(table.number(many.join(round === 1 ? ' ' : '  '), ids))).toEqual(many.map((_, i) => i));
});

it('numbers tokens by way of words as it would without', () => {
  const tokens = tokeniser({ unit: 'graphemes', profile: ['ng'] });
  fc.assert(
    fc.property(texts, (all) => {
      const [words, interner, wordIds, ids, expected] = [
        new WordTable(),
        new Interner(),
        new Ids(),
        new Ids(),
        new Ids(),
      ];
      interner.id('|');
      const numbers = new TokenNumbers(tokens, words);
      for (const text of all) {
        numbers.number(text, words.number(text, wordIds), ids);
        expect(numbersOf(ids)).toEqual(numbersOf(interner.number(tokens(text), expected)));
      }
    }),
  );
});
