import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, linesOf } from '../../src/support/decode-text.ts';
import { encodeText } from '../../src/formats/encode-text.ts';
import { InputError } from '../../src/support/errors.ts';

const file = 'words.txt';

describe('decodeText', () => {
  it.each(['utf-8', 'utf-16le', 'utf-16be'])('reads %s by its mark, whatever the text', (encoding) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeText(encodeText(text, encoding, true)!, { file })).toEqual({ text, encoding, bom: true });
      }),
    );
  });

  it.each(['utf-8', 'utf-16le', 'utf-16be'])('recognises %s without a mark', (encoding) => {
    const text = 'ŋa le: 3\nшла\n';
    expect(decodeText(encodeText(text, encoding, false)!, { file })).toEqual({ text, encoding, bom: false });
  });

  it('takes for Latin-1 or Windows-1252 what is not UTF-8, and names it', () => {
    expect(decodeText(Buffer.from('caf\xe9', 'latin1'), { file })).toEqual({
      text: 'café',
      encoding: 'iso-8859-1',
      bom: false,
    });
    expect(decodeText(Buffer.from('caf\xe9 \x93ha\x94', 'latin1'), { file })).toEqual({
      text: 'café “ha”',
      encoding: 'windows-1252',
      bom: false,
    });
    expect(encodeText('café “ha”', 'windows-1252', false)).toEqual(
      Uint8Array.from(Buffer.from('caf\xe9 \x93ha\x94', 'latin1')),
    );
    expect(encodeText('ŋ', 'windows-1252', false)).toBeUndefined();
  });

  it('refuses UTF-8 with a few broken bytes, naming the line, and what is no text', () => {
    const damaged = Buffer.concat([Buffer.from('ŋa le á\nɓe ɛ '), Buffer.from([0xe9]), Buffer.from('\nŋ')]);
    for (const [bytes, words, line] of [
      [damaged, 'not UTF-8', 2],
      [Buffer.from('a\0b'), 'no text file', undefined],
      [Buffer.from([0xff, 0xfe, 0, 0]), 'UTF-32', undefined],
    ] as const) {
      expect(() => decodeText(bytes, { file })).toThrow(words);
      try {
        decodeText(bytes, { file });
      } catch (error) {
        expect((error as InputError).place).toEqual({ file, ...(line && { line }) });
      }
    }
  });
});

describe('linesOf', () => {
  it('parts at LF and CRLF only', () => {
    expect([...linesOf('a\u2028b\r\nc\rd\n\ne')]).toEqual([
      { text: 'a\u2028b', line: 1 },
      { text: 'c\rd', line: 2 },
      { text: '', line: 3 },
      { text: 'e', line: 4 },
    ]);
    expect([...linesOf('a\n')]).toHaveLength(1);
  });
});
