import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes } from '../../src/text/graphemes.ts';
import { ipaSegments } from '../../src/text/ipa.ts';
import { normalise } from '../../src/text/normalise.ts';
import { mappingOfProfile, parseProfile, tokensOfProfile } from '../../src/text/profile.ts';
import { profileTable, proposeProfile } from '../../src/text/propose-profile.ts';
import { textToTokens } from '../../src/text/targets.ts';
import { marksTones, TONE_MARKS, withoutTones } from '../../src/text/tones.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import type { TextRules } from '../../src/text/rules.ts';

const rules: TextRules = {
  ...{ language: 'und', case: 'lower', punctuation: 'remove', brackets: 'exclude', digits: 'keep', apostrophe: 'auto' },
  map: {},
};

describe('tones', () => {
  it('are taken off for a second look at errors, on letters and as signs', () => {
    expect(withoutTones('ilengé b álumέti')).toBe('ilenge b alumεti');
    expect(withoutTones('ə˧ʝi˧˩')).toBe('əʝi');
    expect(withoutTones('façon ñandú')).toBe('façon ñandu');
    expect(marksTones(['mωmbi'])).toBe(false);
    expect(marksTones(['akáni báabiilá pωω'])).toBe(true);
    expect(marksTones(['la città è grande e molto bella', 'il numero non esiste'])).toBe(false);
  });

  it('are tokens of their own where a profile names their marks, and join their letters again', () => {
    const tokens = textToTokens('ngá έti', ['ng', ...TONE_MARKS]);
    expect(tokens).toEqual(['ng', 'a', '\u0301', '|', 'ε', '\u0301', 't', 'i']);
    const vocabulary = Vocabulary.build([tokens]);
    expect(vocabulary.decode(vocabulary.encode(tokens).ids)).toBe('ngá έti'.normalize('NFC'));
  });

  it('never change a text that is written with them apart and joined again', () => {
    const word = fc.array(fc.constantFrom('a', 'e', 'ɔ', 'n', 'g', 'á', 'ɛ̀', 'ǎ', 'ñ', 'ã́'), { minLength: 1 });
    fc.assert(
      fc.property(word, (letters) => {
        const text = letters.join('').normalize('NFC');
        expect(
          graphemes(text, ['ng', ...TONE_MARKS])
            .join('')
            .normalize('NFC'),
        ).toBe(text);
      }),
    );
  });
});

describe('sounds in IPA', () => {
  it.each([
    ['t͡ɕʰa˥˩', ['t͡ɕʰ', 'a', '˥˩']],
    ['kʷʰuːt', ['kʷʰ', 'uː', 't']],
    ['ⁿdæ̃', ['ⁿd', 'æ̃']],
    ['k͜pa', ['k͜p', 'a']],
    ['tʼ', ['tʼ']],
  ])('%s', (word, sounds) => {
    expect(ipaSegments(word)).toEqual(sounds.map((sound) => sound.normalize('NFC')));
  });

  it('lose nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (word) => {
        expect(ipaSegments(word).join('').normalize('NFC')).toBe(word.normalize('NFC'));
      }),
    );
  });
});

describe('an orthography profile', () => {
  it('names graphemes, and what they become', () => {
    const entries = parseProfile('Grapheme\tMapping\tNote\nng\tŋ\t\na\t\tvowel\nx\tNULL\n◌\u0301\t\t\n', 'p.tsv');
    expect(entries).toEqual([
      { grapheme: 'ng', mapping: 'ŋ' },
      { grapheme: 'a' },
      { grapheme: 'x', mapping: '' },
      { grapheme: '\u0301' },
    ]);
    expect(tokensOfProfile(entries)).toEqual(['ŋ', 'a', '\u0301']);
    const mapping = mappingOfProfile(entries)!;
    expect(normalise('Nganxa!', { ...rules, mapping })).toBe('ŋana');
  });

  it.each([
    ['no column Grapheme', 'letter\na\n', 1],
    ['a grapheme twice', 'Grapheme\na\nb\na\n', 4],
    ['a line without a grapheme', 'Grapheme\tMapping\n\tx\n', 2],
  ])('is refused with its line: %s', (_, text, line) => {
    expect(() => parseProfile(text, 'p.tsv')).toThrowError(
      expect.objectContaining({ place: { file: 'p.tsv', line } }) as Error,
    );
  });
});

describe('a proposed profile', () => {
  const texts = (lines: string[]) => lines.map((raw, i) => ({ id: `u${i}`, raw, text: normalise(raw, rules) }));
  const find = (lines: string[], grapheme: string) =>
    proposeProfile(texts(lines)).find((one) => one.grapheme === grapheme);

  it('finds letters that stand together for one sound where they often do', () => {
    const lines = Array.from({ length: 6 }, () => 'ngala ngolo manga');
    expect(find(lines, 'ng')).toMatchObject({ count: 18, notes: ['multigraph'] });
    expect(find([...lines, ...Array.from({ length: 40 }, () => 'nana nono')], 'ng')).toBeUndefined();
  });

  it('points at letters of another script and at rare signs, with the places that have them', () => {
    const lines = ['mamba', 'mаmba', 'mambaq'];
    expect(find(lines, 'а')).toMatchObject({ notes: ['rare', 'other-script'], places: ['u1'], codePoints: 'U+0430' });
    expect(find(lines, 'q')).toMatchObject({ notes: ['rare'], places: ['u2'] });
  });

  it('says where one letter is stored in two ways', () => {
    expect(find(['ngá', 'nga\u0301', 'ngá', 'ngá'], 'á')).toMatchObject({ count: 4, notes: ['mixed-forms'] });
  });

  it('is a table that is read again', () => {
    const proposed = proposeProfile(texts(['ngá ngε', 'tʼa']));
    const read = parseProfile(profileTable(proposed), 'p.tsv');
    expect(read.map(({ grapheme }) => grapheme)).toEqual(proposed.map(({ grapheme }) => grapheme));
  });
});
