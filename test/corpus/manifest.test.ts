import { mkdtemp, writeFile } from 'node:fs/promises';
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
const good = '{"id":"a","audio":"a.wav","text":"ciao"}';

describe('a manifest', () => {
  it('reads back what it writes', async () => {
    const folder = await folderWith([]);
    const utterances = [{ id: 'x', audio: 'audio/x.wav', text: 'perché', speaker: 'S', language: 'it', start: 1.5, end: 2, duration: 0.5 }];
    await writeManifest(folder, utterances);
    expect(await loadManifest(folder)).toEqual(utterances);
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
    const error = await loadManifest(folder).then(() => undefined, (e: unknown) => e);
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
