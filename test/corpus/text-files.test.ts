import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/corpus/manifest.ts';
import { loadPairs } from '../../src/evaluate/load.ts';
import { readJsonLines, readText } from '../../src/support/files.ts';
import { onNotice } from '../../src/support/notices.ts';
import { linesOf } from '../../src/support/decode-text.ts';

const CASE = path.join('test', 'fixtures', 'cases', '16-bom-jsonl');
const notices: string[] = [];
const stop = onNotice((text) => notices.push(text));
afterEach(() => notices.splice(0));

async function manifestOf(content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'manifest-'));
  await writeFile(path.join(folder, 'manifest.jsonl'), content);
  return folder;
}
const line = '{"id":"a","audio":"a.wav","text":"perché"}\n';

describe('text files', () => {
  it('may begin with a byte order mark', async () => {
    for (const ending of ['jsonl', 'trn']) {
      const pairs = await loadPairs(path.join(CASE, `ref.${ending}`), path.join(CASE, `hyp.${ending}`));
      expect(pairs.map(({ reference, hypothesis }) => [reference, hypothesis])).toEqual([['ciao', 'ciao']]);
    }
    expect(await loadManifest(await manifestOf(`\ufeff${line}`))).toMatchObject([{ text: 'perché' }]);
  });

  it('may be UTF-16 or Latin-1, and that is said', async () => {
    for (const bytes of [Buffer.from(`\ufeff${line}`, 'utf16le'), Buffer.from(line, 'latin1')])
      expect(await loadManifest(await manifestOf(bytes))).toMatchObject([{ text: 'perché' }]);
    expect(notices.join()).toMatch(/utf-16le.*iso-8859-1/);
    stop();
  });

  it('part at line feeds only: U+2028 stands inside a text', async () => {
    const folder = await manifestOf(line.replace('perché', 'uno\u2028due').replace('\n', '\r\n'));
    expect(await loadManifest(folder)).toMatchObject([{ text: 'uno\u2028due' }]);
    expect([...linesOf(await readText(path.join(folder, 'manifest.jsonl')))]).toHaveLength(1);
  });

  it.each([
    ['a table', 'id,audio,text\na,a.wav,ciao\n', /table, not JSONL/],
    ['a table with tabs', 'path\tsentence\na.wav\tciao\n', /table, not JSONL/],
    ['an array', '[\n{"id":"a"}]\n', /several lines/],
  ])('that are %s are named', async (_, content, message) => {
    const folder = await manifestOf(content);
    const read = async (): Promise<void> => {
      for await (const { value } of readJsonLines(path.join(folder, 'manifest.jsonl'))) expect(value).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
      place: { line: 1 },
    });
  });

  it.each([
    ['transcription', '{"id":"a","audio":"a.wav","transcription":"x"}', /“transcription”: the field is called `text`/],
    ['audio_filepath', '{"id":"a","audio_filepath":"a.wav","text":"x"}', /`audio`/],
    ['tekst', '{"id":"a","audio":"a.wav","tekst":"x"}', /`text`/],
    ['language', '{"id":"a","audio":"a.wav","text":"x","language":"it_IT"}', /write it-IT/],
  ])('with the wrong field or value name the right one: %s', async (_, record, message) => {
    await expect(loadManifest(await manifestOf(`${record}\n`))).rejects.toThrow(message);
  });
});
