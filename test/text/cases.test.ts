import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { plainRules } from '../../src/lm/units.ts';
import { ApostropheReader } from '../../src/text/apostrophe.ts';
import { hotwordsBy } from '../../src/text/hotwords.ts';
import { ExcludedText, normalise } from '../../src/text/normalise.ts';
import { canonicalLanguage, languageProblem } from '../../src/text/language.ts';
import { spellNumbers, UnsureNumber } from '../../src/text/numbers.ts';
import { RemovedSigns } from '../../src/text/removed-signs.ts';
import type { TextRules } from '../../src/text/rules.ts';
import { textToTokens } from '../../src/text/targets.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

const CASES = path.join('test', 'fixtures', 'cases');
const rules: TextRules = { ...plainRules('it'), digits: 'keep' };

async function words(file: string, language: string): Promise<string[]> {
  const text = await readFile(path.join(CASES, file), 'utf8');
  return normalise(text, plainRules(language)).split(' ');
}

describe('signs that can’t be seen', () => {
  it.each([
    ['si', ['ශ්‍රී', 'ලංකා']],
    ['bn', ['র‍্যাব']],
    ['ml', ['അവന്‍', 'വന്നു']],
    ['fa', ['می‌خواهم']],
    ['de', ['zusammenhang']],
    ['it', ['unodue']],
  ])('never part a word: %s', async (language, expected) => {
    expect(await words(`04-invisible-format-characters/${language}.txt`, language)).toEqual(expected);
  });

  it.each([
    ['\u00ad', 'soft hyphen'],
    ['\u200b', 'zero-width space'],
    ['\u200c', 'zero-width non-joiner'],
    ['\u200d', 'zero-width joiner'],
    ['\u200e', 'left-to-right mark'],
    ['\u202b', 'embedding'],
    ['\u2060', 'word joiner'],
    ['\u2069', 'isolate'],
    ['\ufeff', 'byte order mark'],
    ['\ufe0f', 'variation selector'],
    ['\u034f', 'grapheme joiner'],
    ['\u{e0101}', 'variation selector 18'],
  ])('are dropped from Latin words, and counted: %j, a %s', (sign) => {
    const removed = new RemovedSigns();
    expect(normalise(`a${sign}b ${sign} c`, rules, {}, removed)).toBe('ab c');
    expect(removed.list).toMatchObject([{ sign, count: 2, became: 'nothing' }]);
  });

  it('part words where a script writes no spaces: Khmer', () => {
    expect(normalise('ខ្ញុំ\u200bទៅ', rules)).toBe('ខ្ញុំ ទៅ');
  });
});

describe('letters that Unicode counts as signs', () => {
  it('stay: tone letters and the letter colon', async () => {
    expect(await words('05-tone-letters-Sk/nru.txt', 'nru')).toEqual(['mv̩˧ʝi˧', 'ma˥˩', 'ma˩˥']);
    expect(await words('05-tone-letters-Sk/btn.txt', 'btn')).toEqual(['ka꞉', 'la']);
    for (const word of ['ma꜀', 'haːmi', 'haˑmi', 'xa꞊', 'kʷʼa', 'ma⁵⁵', 'ꞌa'])
      expect(normalise(word, rules)).toBe(normalise(word, { ...rules, punctuation: 'keep' }));
  });

  it('stay between letters: middle dots, colons of length, Hebrew gershayim', async () => {
    expect(await words('30-catalan-middle-dot/ca.txt', 'ca')).toEqual(['col·lecció', 'paral·lel']);
    expect(normalise('ha:mi, EU:n: sì', rules)).toBe('ha:mi eu:n sì');
    expect(normalise('צה"ל צה״ל', rules)).toBe('צה"ל צה״ל');
  });

  it('part words where they are punctuation: between Chinese characters, at ends', () => {
    expect(normalise('他说:好 卡尔·马克思 アイ・ウ', rules)).toBe('他说 好 卡尔 马克思 アイ ウ');
    expect(normalise('no: sì·', rules)).toBe('no sì');
  });

  it('are what the recipe says: text.keep and text.drop', () => {
    expect(normalise('casa=lo ta~ta per-ché — sì', { ...rules, keep: ['=', '~', '-', '—'] })).toBe(
      'casa=lo ta~ta per-ché sì',
    );
    expect(normalise('casa=lo ta~ta', { ...rules, drop: ['=', '~'] })).toBe('casalo tata');
    expect(normalise('casa=lo', rules)).toBe('casa lo');
  });
});

describe('apostrophes', () => {
  it('stay at the beginnings of words, whichever way they are typed, but for pairs around words', () => {
    expect(normalise("'i ‘okina ʼyan", rules)).toBe("'i 'okina 'yan");
    expect(normalise("disse 'un bel giorno' e poi ''ciao''", rules)).toBe('disse un bel giorno e poi ciao');
    expect(normalise("'ana tal'", { ...rules, apostrophe: 'letter' })).toBe("'ana tal'");
  });

  it('are letters of a language whose words seldom stand without them', () => {
    const glottal = new ApostropheReader();
    for (const text of ["'ana ki 'olo na'", "ki 'ana", "'olo 'ana ta'", "na 'olo"]) glottal.add(text);
    expect(glottal.use).toMatchObject({ reading: 'letter', words: 6 });
    const quoted = new ApostropheReader();
    for (const text of ["disse 'ciao' a tutti", "'ciao' disse", 'ciao a tutti', "un po' di 'pane'"]) quoted.add(text);
    expect(quoted.use).toMatchObject({ reading: 'quotation' });
    expect(new ApostropheReader().use).toBeUndefined();
  });
});

describe('what normalisation removes', () => {
  it('is counted by sign, with words as they were and as they became', () => {
    const removed = new RemovedSigns();
    for (const text of ['perché? no!', 'chi? cosa? quando?', 'x=y [rumore]']) normalise(text, rules, {}, removed);
    expect(removed.list[0]).toEqual({
      sign: '?',
      codePoints: 'U+003F',
      count: 4,
      became: 'space',
      examples: [
        { before: 'perché?', after: 'perché' },
        { before: 'chi?', after: 'chi' },
        { before: 'cosa?', after: 'cosa' },
      ],
    });
    expect(removed.list.map(({ sign, count }) => [sign, count])).toEqual([
      ['?', 4],
      ['!', 1],
      ['=', 1],
      ['[…]', 1],
    ]);
  });

  it('is nothing the second time', () => {
    const signs = fc.constantFrom(...Array.from('ab \'’ʼ-=:·˥ \u0301\u200d\u200c\u00ad\ufe0fක්ර한ס"1.,!?[]'), '❤️');
    fc.assert(
      fc.property(
        fc.array(signs, { maxLength: 24 }),
        fc.constantFrom('auto', 'letter', 'remove'),
        (text, apostrophe) => {
          const chosen = { ...rules, apostrophe };
          const once = normalise(text.join(''), chosen);
          const removed = new RemovedSigns();
          expect(normalise(once, chosen, {}, removed)).toBe(once);
          expect(removed.count).toBe(0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('text.map', () => {
  it('takes the longest that stands there, in any order, and knows letters however they are composed', () => {
    const map = { '1': 'uno', '0': 'zero', '10': 'dieci' };
    expect(normalise('10 case', { ...rules, map })).toBe('dieci case');
    expect(normalise('per\u00f2', { ...rules, map: { 'o\u0300': 'o' } })).toBe('pero');
    expect(normalise('abc', { ...rules, map: { a: 'b', b: 'c', constructor: 'x' } })).toBe('bcc');
  });

  it('is the way out for |, which would part words', () => {
    expect(() => normalise('a|b', { ...rules, punctuation: 'keep' })).toThrow(InputError);
    expect(normalise('a|b', { ...rules, punctuation: 'keep', map: { '|': 'ǀ' } })).toBe('aǀb');
  });
});

describe('lower case', () => {
  it.each(['tr', 'az', 'crh', 'gag', 'tt', 'tt-Latn', 'kk-Latn', 'ba'])('has a dotless i in %s', (language) => {
    expect(normalise('QIRIM İstanbul', { ...rules, language })).toBe('qırım istanbul');
  });
});

describe('numbers', () => {
  it('are the plain language’s; a region’s only where it is asked for', async () => {
    expect(await words('10-french-numbers/fr.txt', 'fr')).toEqual(['soixante', 'et', 'onze', 'quatre', 'vingt', 'dix']);
    expect(await words('10-french-numbers/fr.txt', 'fr-BE')).toEqual(['septante', 'et', 'un', 'nonante']);
    expect(await words('10-french-numbers/fr.txt', 'fr-CA')).toContain('soixante');
  });

  it('are read as the language writes them', async () => {
    expect((await words('11-number-separators/it.txt', 'it')).join(' ')).toBe(
      'millecinquecento persone tre virgola cinque euro un milione',
    );
    expect((await words('11-number-separators/en.txt', 'en')).join(' ')).toBe('one thousand three point five');
  });

  const spelt = (text: string, language: string): string => spellNumbers(text, language).replace(/\s+/g, ' ').trim();

  it.each([
    ['en', '3.14', 'three point one four'],
    ['en', '2nd 3rd 11th 21st', 'second third eleventh twenty-first'],
    ['en', '1,984', 'one thousand nine hundred eighty-four'],
    ['en-IN', '1,00,000', 'one lakh'],
    ['fr', '1 500 2e', 'mille cinq cents deuxième'],
    ['it', 'l’8 nel 1984', 'l’otto nel millenovecentottantaquattro'],
    ['de-CH', '1’500', 'eintausendfünfhundert'],
    ['es', '16', 'dieciséis'],
    ['zh', '16', '十六'],
    ['uk', '7', 'сім'],
  ])('%s: %s is %s', (language, text, expected) => {
    expect(spelt(text, language)).toBe(expected);
  });

  it.each([
    ['it', '12:30'],
    ['it', '3.5'],
    ['it', '20 %'],
    ['it', '2024-03-12'],
    ['it', 'MP3'],
    ['it', '007'],
    ['it', '2ª'],
    ['it', '½'],
    ['en', 'in 1984'],
    ['en', '1,00,000'],
    ['en', '$5'],
    ['en', '1970s'],
    ['de', 'am 3. Mai'],
  ])('that leave a doubt are not guessed at: %s %s', (language, text) => {
    expect(() => spellNumbers(text, language)).toThrow(UnsureNumber);
    expect(() => normalise(text, plainRules(language))).toThrow(ExcludedText);
  });
});

describe('languages', () => {
  it.each([
    ['it', 'it'],
    ['ita', 'it'],
    ['pt-br', 'pt-BR'],
    ['mul', 'mul'],
    ['nru', 'nru'],
    ['qaa', 'qaa'],
    ['nah', 'nah'],
  ])('%s is %s', (written, tag) => {
    expect(canonicalLanguage(written)).toBe(tag);
  });

  it.each([
    ['it_IT', /write it-IT$/],
    ['Sardinian', /write sc \(Sardinian\)$/],
    ['italian', /write it \(Italian\)$/],
    ['sc (x)', /write sc$/],
    ['xx', /code of no language/],
    ['', /no language tag/],
  ])('%j is none, and what was meant is said', (written, problem) => {
    expect(canonicalLanguage(written)).toBeUndefined();
    expect(languageProblem(written)).toMatch(problem);
  });
});

describe('vocabularies with any tokens', () => {
  const token = fc.oneof(
    fc.constantFrom('1', '0', '10', '__proto__', 'constructor', 'toString', 'sch', 'ɛ̃', '-1', '4294967295'),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
      .filter((text) => !/[\s|]/.test(text) && text.trim() !== ''),
  );

  it('keep the order of their ids, written and read again, and decode what they encode', () => {
    fc.assert(
      fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 12 }), (tokens) => {
        const built = Vocabulary.build([tokens]);
        const read = Vocabulary.fromJson(JSON.parse(JSON.stringify(built.toJson())));
        expect(read.tokens).toEqual(built.tokens);
        tokens.forEach((each) => expect(read.token(read.encode([each]).ids[0]!)).toBe(each));
        expect(read.decode(read.encode(tokens).ids)).toBe(tokens.join('').normalize('NFC'));
        expect(textToTokens(tokens.join('').normalize('NFC')).join('')).toBe(tokens.join('').normalize('NFC'));
      }),
    );
  });

  it('are refused at once where an id is none', async () => {
    const json: unknown = JSON.parse(await readFile(path.join(CASES, '44-model-huge-id', 'vocab.json'), 'utf8'));
    expect(() => Vocabulary.fromJson(json)).toThrow(/not a vocabulary/);
    expect(() => Vocabulary.fromJson({ '<pad>': 0, '|': 1, a: 1 })).toThrow(InputError);
    expect(() => Vocabulary.fromJson({ '<pad>': 0, '|': 1, a: 2.5 })).toThrow(InputError);
  });
});

describe('hotwords', () => {
  it('go the way of the transcripts; those that can’t be written are named', () => {
    const vocabulary = Vocabulary.build([Array.from('romai')]);
    expect(hotwordsBy(['Roma', 'ROMA!', 'Żyra'], rules, vocabulary)).toEqual({
      hotwords: ['roma'],
      unwritable: ['Żyra'],
    });
  });
});
