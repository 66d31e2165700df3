import fc from 'fast-check';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { audioPath, loadManifest, writeManifest } from '../../src/corpus/manifest.ts';
import { InputError } from '../../src/support/errors.ts';

async function folderWith(lines: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'manifest-'));
  await writeFile(path.join(folder, 'manifest.jsonl'), lines.join('\n'));
  return folder;
}
/** Any utterance that the schema allows, in any script, with whatever signs. */
const text = fc.string({ unit: 'binary' });
const utterance = fc.record(
  {
    id: fc.string({ unit: 'binary', minLength: 1 }),
    audio: fc.stringMatching(/^[a-z][a-zé ]{0,5}(\/[a-z.]{1,5}x){0,2}\.wav$/u),
    text,
    phones: text,
    speaker: text,
    language: fc.constantFrom('it', 'sc', 'pt-BR', 'mul', 'zh-TW'),
    // JSON knows no −0.
    duration: fc.double({ min: 0, max: 1e5, noNaN: true }).map((x) => x + 0),
    start: fc.integer({ min: 0, max: 100 }),
    end: fc.integer({ min: 101, max: 200 }),
  },
  { requiredKeys: ['id', 'audio', 'text'] },
);
const good = '{"id":"a","audio":"a.wav","text":"ciao"}';

describe('a manifest', () => {
  it('reads back what it writes', async () => {
    const folder = await folderWith([]);
    const utterances = [
      {
        id: 'x',
        audio: 'audio/x.wav',
        text: 'perché',
        speaker: 'S',
        language: 'it',
        start: 1.5,
        end: 2,
        duration: 0.5,
      },
    ];
    await writeManifest(folder, utterances);
    expect(await loadManifest(folder)).toEqual(utterances);
  });

  it('reads back whatever it may hold, one record a line', async () => {
    const folder = await folderWith([]);
    // What some readers of lines take for the end of one, and what UTF-8 has no bytes for.
    const signs = ['\u2028', '\u2029', '\r', '\n', '\u0085', '\uFEFF', '\uD800', '\0'].map((sign, i) => ({
      id: `s${i}`,
      audio: 'a.wav',
      text: `a${sign}b`,
      speaker: sign,
    }));
    await writeManifest(folder, signs);
    expect(await loadManifest(folder)).toEqual(signs);
    const many = fc.uniqueArray(utterance, { selector: ({ id }) => id, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(many, async (utterances) => {
        await writeManifest(folder, utterances);
        expect((await readFile(path.join(folder, 'manifest.jsonl'), 'utf8')).split(/[\r\n]/)).toHaveLength(
          utterances.length + 1,
        );
        expect(await loadManifest(folder)).toEqual(utterances);
      }),
    );
  });

  it('of any text is read, or refused by file and line', async () => {
    const folder = await folderWith([]);
    const line = fc.oneof(fc.string(), fc.json(), fc.constant(good));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
        await writeFile(path.join(folder, 'manifest.jsonl'), lines.join('\n'));
        const error = await loadManifest(folder).then(
          () => undefined,
          (e: unknown) => e,
        );
        if (error) expect(error).toBeInstanceOf(InputError);
        if (error) expect((error as InputError).place.line).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['broken JSON', [good, '{"id":'], 2, /not valid JSON/],
    ['a missing field', [good, '', '{"id":"b","audio":"b.wav"}'], 3, /text/],
    ['a wrong type', ['{"id":"b","audio":"b.wav","text":5}'], 1, /text/],
    ['an unknown field', ['{"id":"b","audio":"b.wav","text":"x","txt":1}'], 1, /txt/],
    ['an id that stands twice', [good, good], 2, /line 1/],
    ['a path that leaves the folder', [good, '{"id":"b","audio":"../../etc/passwd","text":"x"}'], 2, /outside/],
    ['an absolute path', ['{"id":"b","audio":"/etc/passwd","text":"x"}'], 1, /outside/],
  ])('names file and line of %s', async (_, lines, line, message) => {
    const folder = await folderWith(lines);
    const error = await loadManifest(folder).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect((error as InputError).place).toEqual({ file: path.join(folder, 'manifest.jsonl'), line });
  });

  it('says so when there is none', async () => {
    await expect(loadManifest('/nowhere')).rejects.toThrow(/no such file/);
  });

  it('finds recordings inside its folder, whatever their names', () => {
    expect(audioPath('/c', { id: '1', audio: 'a/..b.wav', text: '' })).toBe('/c/a/..b.wav');
  });
});
