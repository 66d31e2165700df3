import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hotwords } from '../../src/decode/hotwords.ts';
import { Lexicon } from '../../src/decode/lexicon.ts';
import { characters } from '../../src/decode/trie.ts';
import { Arpa } from './arpa.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'n', 'ŋ', '𐌰'), minLength: 1, maxLength: 5 });

describe('a lexicon', () => {
  it('knows its words and their beginnings, and no others', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (words, others) => {
        const lexicon = new Lexicon(words);
        expect(lexicon.size).toBe(new Set(words).size);
        for (const text of [...words, ...others]) {
          expect(lexicon.has(text)).toBe(words.includes(text));
          const beginning = lexicon.step(0, characters(text));
          expect(beginning >= 0).toBe(words.some((w) => w.startsWith(text)));
          if (beginning >= 0) expect(lexicon.isWord(beginning)).toBe(words.includes(text));
        }
      }),
    );
  });

  it('does not count the empty word as one', () => {
    expect(new Lexicon(['', 'a']).size).toBe(1);
    expect(new Lexicon(['']).has('')).toBe(false);
  });

  it('can be cut to what a language model knows', () => {
    const lexicon = Lexicon.known(['bugs', 'bun', 'bunny'], Arpa.read('test/fixtures/beam/bugs-bunny.arpa'));
    expect([lexicon.size, lexicon.has('bun'), lexicon.has('bunny')]).toEqual([2, false, true]);
  });
});

describe('hotwords', () => {
  const share = (hotwords: Hotwords, beginning: string): number => {
    const node = hotwords.step(0, characters(beginning));
    return node < 0 ? 0 : hotwords.share(node, characters(beginning).length);
  };

  it('are words, those of phrases too, with their weight', () => {
    const hotwords = new Hotwords(
      new Map([
        ['tyrion lannister', 5],
        ['hodor', 7],
      ]),
    );
    expect(['tyrion', 'lannister', 'hodor', 'tyrion lannister', 'tyr'].map((w) => hotwords.weight(w))).toEqual([
      5, 5, 7, 0, 0,
    ]);
    expect(new Hotwords(['hodor']).weight('hodor')).toBe(10);
  });

  it('give a beginning its share of the shortest word that begins so', () => {
    const hotwords = new Hotwords(
      new Map([
        ['abcd', 8],
        ['ab', 3],
        ['abce fgh', 1],
      ]),
    );
    expect(share(hotwords, 'a')).toBe(1.5);
    expect(share(hotwords, 'ab')).toBe(3);
    expect(share(hotwords, 'abc')).toBe(6);
    expect(share(hotwords, 'abce')).toBe(1);
    expect(share(hotwords, 'b')).toBe(0);
  });

  it('keep the larger weight of a word that is named twice', () => {
    expect(
      new Hotwords(
        new Map([
          ['ab cd', 8],
          ['cd', 3],
        ]),
      ).weight('cd'),
    ).toBe(8);
  });
});
