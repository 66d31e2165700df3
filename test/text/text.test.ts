import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { graphemes } from '../../src/text/graphemes.ts';
import { ExcludedText, normalise } from '../../src/text/normalise.ts';
import { normalisePhones } from '../../src/text/phones.ts';
import type { TextRules } from '../../src/text/rules.ts';
import { textToTokens } from '../../src/text/targets.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

const rules: TextRules = {
  language: 'it',
  case: 'lower',
  punctuation: 'remove',
  brackets: 'remove',
  digits: 'keep',
  apostrophe: 'auto',
  map: {},
};

describe('normalise', () => {
  it('lowers case by the language: Turkish has a dotless i', () => {
    expect(normalise('ISTANBUL', { ...rules, language: 'tr' })).toBe('ıstanbul');
    expect(normalise('ISTANBUL', rules)).toBe('istanbul');
  });

  it('composes letters and their marks (NFC)', () => {
    expect(normalise('perche\u0301', rules)).toBe('perché');
  });

  it('keeps an apostrophe that belongs to a word, whichever way it is typed', () => {
    expect(normalise('L’uomo, un po’!', rules)).toBe("l'uomo un po'");
    expect(normalise("'ciao' disse", rules)).toBe('ciao disse');
    expect(normalise('L’uomo', { ...rules, apostrophe: 'remove' })).toBe('luomo');
  });

  it('parts words at hyphens and dashes', () => {
    expect(normalise('italo-francese — sì…', rules)).toBe('italo francese sì');
  });

  it('drops bracketed sounds, or sets the utterance aside', () => {
    expect(normalise('prima [risata] dopo (rumore)', rules)).toBe('prima dopo');
    expect(() => normalise('[risata]', { ...rules, brackets: 'exclude' })).toThrow(ExcludedText);
  });

  it('names the line where digits stand, unless the recipe says what to do', () => {
    const place = { file: 'manifest.jsonl', line: 7 };
    expect(() => normalise('premi 21', { ...rules, digits: 'error' }, place)).toThrow(InputError);
    try {
      normalise('premi 21', { ...rules, digits: 'error' }, place);
    } catch (error) {
      expect((error as InputError).place).toEqual(place);
    }
    expect(normalise('premi 21 ora', { ...rules, digits: 'spell' })).toBe('premi ventuno ora');
    expect(normalise('press 21', { ...rules, language: 'en-GB', digits: 'spell' })).toBe('press twenty one');
    expect(normalise('٢١ २१ 𝟚𝟙', { ...rules, digits: 'spell' })).toBe('ventuno ventuno ventuno');
    expect(normalise('premi 21 ora', { ...rules, digits: 'remove' })).toBe('premi ora');
    expect(() => normalise('premi 21', { ...rules, digits: 'exclude' })).toThrow(ExcludedText);
    expect(() => normalise('21', { ...rules, language: 'xx', digits: 'spell' })).toThrow(/number words/);
  });

  it('replaces what the recipe maps, before all else', () => {
    expect(normalise('Sig. Rossi', { ...rules, map: { 'Sig.': 'signor' } })).toBe('signor rossi');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const once = normalise(text, rules);
        expect(normalise(once, rules)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('graphemes', () => {
  it('follow an orthography profile, longest first', () => {
    expect(graphemes('schgnu', ['s', 'ch', 'sch', 'gn'])).toEqual(['sch', 'gn', 'u']);
  });

  it('keep marks with their letter', () => {
    expect(graphemes('ɛ̃a')).toEqual(['ɛ̃', 'a']);
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    const characters = fc.array(
      fc.integer({ min: 0, max: 0x53f }).map((point) => String.fromCodePoint(point)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(characters, (word) => {
        expect(graphemes(word.join(''))).toEqual(Array.from(segmenter.segment(word.join('')), (part) => part.segment));
      }),
      { numRuns: 2000 },
    );
  });

  it('lose nothing, with any profile', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.array(fc.string({ minLength: 1, maxLength: 3 })),
        (word, profile) => {
          expect(graphemes(word, profile).join('')).toBe(word);
        },
      ),
    );
  });
});

describe('vocabulary', () => {
  const words = fc.array(fc.stringMatching(/^[a-zàèìòù]{1,8}$/), { minLength: 1, maxLength: 6 });

  it('reads back what it writes, and decodes what it encodes', () => {
    fc.assert(
      fc.property(words, (list) => {
        const text = list.join(' ');
        const vocabulary = Vocabulary.fromJson(Vocabulary.build([textToTokens(text)]).toJson());
        const { ids, unknown } = vocabulary.encode(textToTokens(text));
        expect(unknown).toEqual([]);
        expect(vocabulary.decode(ids)).toBe(text);
      }),
    );
  });

  it('has the layout of vocab.json: blank 0, word delimiter |', () => {
    expect(Vocabulary.build([textToTokens('la l')]).toJson()).toEqual({ '<pad>': 0, '<unk>': 1, '|': 2, a: 3, l: 4 });
  });

  it('names what it does not know', () => {
    const vocabulary = Vocabulary.build([['a']]);
    expect(vocabulary.encode(['a', 'ž', 'ž']).unknown).toEqual(['ž']);
  });

  it.each([[{}], [[1, 2]], [{ a: 0, b: 5, '<pad>': 1 }], [{ a: 0 }], [null]])('refuses %j', (json) => {
    expect(() => Vocabulary.fromJson(json, { file: 'vocab.json' })).toThrow(InputError);
  });
});

describe('phones', () => {
  it('are one inventory: no stress, length or ties; affricates whole; near ones merged', () => {
    expect(normalisePhones('pɹˈɛs ðə pˈaʊnd kˈiː')).toEqual([
      'p',
      'r',
      'ɛ',
      's',
      '|',
      'ð',
      'ə',
      '|',
      'p',
      'a',
      'ʊ',
      'n',
      'd',
      '|',
      'k',
      'i',
    ]);
    expect(normalisePhones('tʃˈaːo d͡ʒ')).toEqual(['tʃ', 'a', 'o', '|', 'dʒ']);
    expect(normalisePhones('bɔ̃')).toEqual(['b', 'ɔ̃']);
  });

  it('are none where a sign is met that is no phone', () => {
    expect(normalisePhones('a漢')).toEqual([]);
  });
});
