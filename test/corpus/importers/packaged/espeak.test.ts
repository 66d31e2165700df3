import { mo } from 'gettext-parser';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EspeakSource } from '../../../../src/corpus/importers/packaged/espeak.ts';
import { importEspeak } from '../../../../src/corpus/importers/packaged/espeak.ts';
import { WorkError } from '../../../../src/support/errors.ts';
import { about, imported, reasons, writeTree, type Imported } from '../import.ts';
import { temporary } from '../debian.ts';

const SOURCE: EspeakSource = {
  ...about,
  importer: 'espeak',
  voices: { de: 'de' },
  variants: ['m1', 'f1'],
  utterances: 50,
  seed: 1,
};

/** Takes espeak-ng's place, so that the tests are of the texts and not of its pronunciation: writes a second of silence, says `pat`. */
const ESPEAK = `#!/bin/sh
while [ $# -gt 1 ]; do
  case "$1" in -w) file=$2; shift ;; -v|-s|-p) shift ;; esac
  shift
done
case "$1" in
  *Unaussprechlich*) echo "no voice for that" >&2; exit 1 ;;
  *Schnalzlaut*) echo ' ʘat' ;;
  *) echo ' pˈat pat' ;;
esac
head -c 44144 /dev/zero > "$file"
`;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'path-'));
  await writeFile(path.join(folder, 'espeak-ng'), ESPEAK);
  await chmod(path.join(folder, 'espeak-ng'), 0o755);
  vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A message catalogue as packages bring it: English → its translation, or its forms in the plural. */
function catalogue(messages: Readonly<Record<string, string | string[]>>): Buffer {
  const entries = Object.entries(messages).map(
    ([msgid, said]) =>
      [msgid, { msgid, ...(Array.isArray(said) ? { msgid_plural: `${msgid}s` } : {}), msgstr: [said].flat() }] as const,
  );
  return mo.compile({
    charset: 'utf-8',
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    translations: { '': Object.fromEntries(entries) },
  });
}

async function importOf(
  messages: Readonly<Record<string, string | string[]>>,
  source: Partial<EspeakSource> = {},
): Promise<Imported & { folder: string }> {
  const [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
  await writeTree(unpacked, { 'usr/share/locale/de/LC_MESSAGES/prog.mo': catalogue(messages) });
  return { ...(await imported(importEspeak({ ...SOURCE, ...source }, { unpacked, folder }))), folder };
}

const LONG_ENOUGH = 'Diese Datei wurde nicht gefunden';
const many = Object.fromEntries(
  Array.from('abcdefghijklmnopqrst', (letter, i) => [
    `message ${i}`,
    `Die Datei mit dem Namen ${letter.repeat(3)} fehlt`,
  ]),
);
const textsOf = ({ utterances }: Imported): string[] => utterances.map(({ text }) => text).sort();

describe('what is said', () => {
  it.each([
    ['a message as it stands', LONG_ENOUGH, [LONG_ENOUGH]],
    [
      'each of its sentences',
      `${LONG_ENOUGH}. Sie wurde vielleicht schon gelöscht!`,
      [LONG_ENOUGH, 'Sie wurde vielleicht schon gelöscht'],
    ],
    ['without marks of keys and menus', 'Diese _Datei wurde &nicht gefunden', [LONG_ENOUGH]],
    ['without quotes and commas around it', `„${LONG_ENOUGH}“, `, [LONG_ENOUGH]],
    ['on one line, with single spaces', 'Diese Datei   wurde\tnicht gefunden', [LONG_ENOUGH]],
    [
      'each form of the plural',
      ['Eine einzige Datei wurde gelöscht', 'Sehr viele Dateien wurden gelöscht'],
      ['Eine einzige Datei wurde gelöscht', 'Sehr viele Dateien wurden gelöscht'],
    ],
    ['nothing with a placeholder', 'Die Datei %s wurde nicht gefunden', []],
    ['nothing with a number', 'Es wurden 12 Dateien nicht gefunden', []],
    ['nothing with an option or a path', 'Die Option --verbose wurde nicht verstanden', []],
    ['nothing with markup', 'Diese <b>Datei</b> wurde nicht gefunden', []],
    ['nothing too long to say in a breath', 'Diese Datei wurde nicht gefunden und '.repeat(4), []],
    ['nothing too short, when there is nothing to string it to', 'Abbrechen', []],
  ])('%s', async (_, said, expected) => {
    expect(textsOf(await importOf({ 'The message': said }))).toEqual(expected.sort());
  });

  it('is not what was left in English, nor the catalogue’s own header', async () => {
    expect(textsOf(await importOf({ [LONG_ENOUGH]: LONG_ENOUGH }))).toEqual([]);
  });

  it('is short messages strung together', async () => {
    const [text] = textsOf(await importOf({ Cancel: 'Abbrechen', Open: 'Öffnen', Close: 'Schließen' }));
    expect(text!.split(', ').sort()).toEqual(['Abbrechen', 'Schließen', 'Öffnen']);
  });

  it('is each text once, and no more of them than asked for', async () => {
    const result = await importOf({ ...many, again: many['message 1']! }, { utterances: 7 });
    expect(result.utterances).toHaveLength(7);
    expect(new Set(textsOf(result)).size).toBe(7);
    expect(new Set(textsOf(await importOf({ ...many, again: many['message 1']! }))).size).toBe(20);
  });

  it('is the same for the same seed, in voice and order too, and not for another', async () => {
    const [a, b, c] = [await importOf(many), await importOf(many), await importOf(many, { seed: 2 })];
    expect(a.utterances).toEqual(b.utterances);
    expect(a.utterances.map(({ text }) => text)).not.toEqual(c.utterances.map(({ text }) => text));
    expect(new Set(a.utterances.map(({ speaker }) => speaker))).toEqual(new Set(['de+m1', 'de+f1']));
  });

  it('is nothing in a language that no package has', async () => {
    const result = await importOf(many, { voices: { la: 'la', pt_BR: 'pt-br' } });
    expect(result).toMatchObject({ utterances: [], setAside: [] });
  });
});

describe('an utterance', () => {
  it('has phones, the voice as its speaker, its locale as its language, and the recording’s length', async () => {
    const { utterances, folder } = await importOf({ m: LONG_ENOUGH }, { variants: ['m3'] });
    expect(utterances).toEqual([
      {
        id: 'de-1',
        audio: 'audio/de-1.wav',
        text: LONG_ENOUGH,
        phones: 'p a t | p a t',
        speaker: 'de+m3',
        duration: 1,
        language: 'de',
      },
    ]);
    expect((await readFile(path.join(folder, 'audio/de-1.wav'))).length).toBe(44144);
  });

  it('that can’t be said, or not in our phones, is set aside with the reason', async () => {
    const result = await importOf({
      a: 'Ein ganz besonderer Schnalzlaut ist das',
      b: 'Unaussprechlich sind auch andere Wörter',
      c: LONG_ENOUGH,
    });
    expect(textsOf(result)).toEqual([LONG_ENOUGH]);
    expect(Object.values(reasons(result)).sort()).toEqual([
      expect.stringMatching(/^espeak-ng can't say it: /),
      'espeak-ng wrote a sign that is no phone of the inventory',
    ]);
  });

  it('needs espeak-ng, and says how to get it', async () => {
    vi.stubEnv('PATH', await temporary('empty'));
    const error = await importOf(many).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WorkError);
    expect((error as WorkError).message).toBe('espeak-ng is not installed');
    expect((error as WorkError).next).toMatch(/apt-get install espeak-ng/);
  });
});
