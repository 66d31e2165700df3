import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KdeSource } from '../../../../src/corpus/importers/packaged/kde.ts';
import { importKde, languageTag, parseSounds } from '../../../../src/corpus/importers/packaged/kde.ts';
import { about, imported, reasons, writeTree, type Imported } from '../import.ts';
import { temporary } from '../debian.ts';

const SOURCE: KdeSource = { ...about, importer: 'kde', sounds: 'usr/share/game', except: {}, repair: {} };

const listOf = (language: string, sounds: readonly (readonly [name: string, file: string])[]): string =>
  `<klettres>\n<!-- <sound name="comment" file="x.ogg"/> -->\n  <language code="${language}">\n${sounds.map(([name, file]) => `    <sound name="${name}" file="${file}" />`).join('\n')}\n</language></klettres>`;

/** Imports a game's data: lists by path, and recordings by path with what is in them. */
async function importOf(
  files: Record<string, string>,
  source: Partial<KdeSource> = {},
): Promise<Imported & { folder: string }> {
  const [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
  await writeTree(path.join(unpacked, SOURCE.sounds), files);
  return { ...(await imported(importKde({ ...SOURCE, ...source }, { unpacked, folder }))), folder };
}

describe('a list of sounds', () => {
  const attribute = fc.stringMatching(/^[^"<>&\s][^"<>&]{0,8}$/u);
  const sounds = fc.array(fc.tuple(attribute, attribute), { maxLength: 12 });

  it('gives back what was written into it, in order, without what is commented out', () => {
    fc.assert(
      fc.property(fc.constantFrom('de', 'pt_BR', 'sr@ijekavianlatin'), sounds, (language, list) => {
        expect(parseSounds(listOf(language, list))).toEqual({
          language,
          sounds: list.map(([name, file]) => ({ name, file })),
        });
      }),
    );
  });

  it('is read in either order of attributes, over several lines, and with others between', () => {
    const { language, sounds: found } = parseSounds(
      '<language\n id="1" code="da"><sound file="da/a.ogg"\n\tname="A"/><sound name="B" volume="3" file="da/b.ogg"></sound><sound name="C"/><sounds name="D" file="d"/>',
    );
    expect(language).toBe('da');
    expect(found).toEqual([
      { name: 'A', file: 'da/a.ogg' },
      { name: 'B', file: 'da/b.ogg' },
    ]);
  });

  it('of any text whatever is a list, if an empty one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseSounds(text).sounds).toEqual([]);
      }),
    );
  });
});

describe('letters and syllables', () => {
  it('are said as they are shown, lower-cased by their language', async () => {
    const { utterances, folder } = await importOf({
      'tr/sounds.xml': listOf('tr', [
        ['I', 'tr/i.ogg'],
        ['İ', 'tr/i2.ogg'],
      ]),
      'de/sounds.xml': listOf('de', [['SCH', 'de/alpha/sch.ogg']]),
      'tr/i.ogg': 'ı',
      'tr/i2.ogg': 'i',
      'de/alpha/sch.ogg': 'sch',
    });
    expect(utterances).toEqual([
      { id: 'de/alpha/sch', audio: 'audio/de/alpha/sch.ogg', text: 'sch', language: 'de' },
      { id: 'tr/i', audio: 'audio/tr/i.ogg', text: 'ı', language: 'tr' },
      { id: 'tr/i2', audio: 'audio/tr/i2.ogg', text: 'i', language: 'tr' },
    ]);
    expect(await readFile(path.join(folder, 'audio/de/alpha/sch.ogg'), 'utf8')).toBe('sch');
  });

  it('get back the signs that the list writes otherwise, in their language alone', async () => {
    const { utterances } = await importOf(
      {
        'ml/sounds.xml': listOf('ml', [['അ:', 'ml/a.ogg']]),
        'de/sounds.xml': listOf('de', [['a:', 'de/a.ogg']]),
        'ml/a.ogg': 'a',
        'de/a.ogg': 'b',
      },
      { repair: { ml: { ':': 'ഃ' } } },
    );
    expect(utterances.map(({ text }) => text)).toEqual(['a:', 'അഃ']);
  });

  it('are one form of Unicode', async () => {
    const { utterances } = await importOf({
      'fr/sounds.xml': listOf('fr', [['E\u0301', 'fr/e.ogg']]),
      'fr/e.ogg': 'e',
    });
    expect(utterances[0]!.text).toBe('é');
  });

  it('are set aside with the reason, each once; nothing is lost without a word', async () => {
    const result = await importOf({
      'en.soundtheme': listOf('en', [
        ['A', 'en/a.ogg'],
        ['AH', 'en/a.ogg'],
        ['B', 'en/b.ogg'],
        ['C', 'en/missing.ogg'],
        ['CC', 'en/missing.ogg'],
      ]),
      'lost.soundtheme': '<sound name="Z" file="en/z.ogg"/>',
      'en/a.ogg': 'a',
      'en/b.ogg': 'a',
      'en/z.ogg': 'z',
      'en/picture.svg': '<svg/>',
    });
    expect(result.utterances.map(({ id }) => id)).toEqual(['en/a']);
    expect(reasons(result)).toEqual({
      'en/b': 'the same recording as en/a',
      'en/missing': 'it is listed but there is no recording',
      'lost.soundtheme': 'the list names no language',
      'en/z': 'there is a recording, but no list has it',
    });
    expect(result.setAside).toHaveLength(4);
  });

  it('of a language that is held out are not let in, by another list’s copy neither', async () => {
    const files = {
      'en.soundtheme': listOf('en', [
        ['A', 'en/a.ogg'],
        ['B', 'en/b.ogg'],
      ]),
      'it.soundtheme': listOf('it', [
        ['a', 'it/a.ogg'],
        ['ah', 'it/a.ogg'],
      ]),
      'en/a.ogg': 'ah!',
      'en/b.ogg': 'b',
      'it/a.ogg': 'ah!',
    };
    const result = await importOf(files, { except: { it: 'held out' } });
    expect(result.utterances.map(({ id }) => id)).toEqual(['en/b']);
    expect(reasons(result)).toEqual({ 'it/a': 'held out', 'en/a': 'the same recording as it/a' });
    expect(result.setAside).toHaveLength(2);
  });
});

describe('words', () => {
  it('are those that source.yaml gives a recording’s name; others are not guessed', async () => {
    const result = await importOf(
      {
        'da.soundtheme': listOf('da', [
          ['eye', 'da/oeje.wav'],
          ['eye', 'da/oeje.wav'],
          ['ear', 'da/ear.wav'],
          ['ear', 'da/ear.wav'],
        ]),
        'fi.soundtheme': listOf('fi', [['eye', 'fi/oeje.wav']]),
        'da/oeje.wav': 'ø',
        'da/ear.wav': 'e',
        'fi/oeje.wav': 'f',
      },
      { words: { da: { oeje: 'øje' } } },
    );
    expect(result.utterances).toEqual([{ id: 'da/oeje', audio: 'audio/da/oeje.wav', text: 'øje', language: 'da' }]);
    expect(result.setAside).toEqual([
      { item: 'da/ear', reason: 'what is said is not known: only its key, ear' },
      { item: 'fi/oeje', reason: 'what is said is not known: only its key, eye' },
    ]);
  });
});

it('games can’t be imported from where they are not', async () => {
  await expect(importOf({ 'a.txt': '' }, { sounds: 'nowhere' })).rejects.toThrow(/no such file/);
});

it.each([
  ['de', 'de'],
  ['pt_BR', 'pt-BR'],
  ['sr@latin', 'sr-Latn'],
  ['sr@ijekavian', 'sr-ijekavsk'],
  ['sr@ijekavianlatin', 'sr-Latn-ijekavsk'],
  ['ca@valencia', 'ca'],
])('the locale %s is the language %s', (locale, tag) => {
  expect(languageTag(locale)).toBe(tag);
  expect(new Intl.Locale(tag).toString()).toBe(tag);
});
