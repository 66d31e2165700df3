import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { writeWav } from '../../../src/audio/wav.ts';
import { fetchCorpus } from '../../../src/corpus/fetch/fetch.ts';
import { loadManifest } from '../../../src/corpus/manifest.ts';
import { WorkError } from '../../../src/support/errors.ts';
import { temporary } from '../importers/debian.ts';

const FILES = {
  'metadata.csv': 'a-1|Guten Tag.\na-2|Es ist 5 Uhr.|Es ist fünf Uhr.\na-3|Fort.\n\n',
  'audio/a-1.wav': '',
  'audio/a-2.wav': '',
  'words/犬【いぬ】.wav': '',
  'words/猫.wav': '',
};
const about = {
  title: 'Tiny',
  language: 'de',
  speaker: 'Ann',
  licence: 'CC0-1.0',
  attribution: 'Ann',
  upstream: 'https://example.org',
};
let url: string;
let commit: string;

beforeAll(async () => {
  const folder = await temporary('repository');
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    if (name.endsWith('.wav')) await writeWav(path.join(folder, name), new Float32Array(1600));
    else await writeFile(path.join(folder, name), text);
  }
  const git = (...args: string[]) => execa('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'recordings');
  commit = (await git('rev-parse', 'HEAD')).stdout;
  url = pathToFileURL(folder).href;
});

async function corpus(source: object): Promise<string> {
  const folder = path.join(await temporary('fetch'), 'corpora', 'tiny');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'source.yaml'), stringify({ ...about, repository: { url, commit }, ...source }));
  return folder;
}

describe('a corpus in a git repository', () => {
  it('is fetched at its commit; sentences stand in a list, and those without a recording are set aside', async () => {
    const folder = await corpus({ importer: 'ljspeech', sounds: 'audio' });
    const { setAside } = await fetchCorpus(folder);
    expect(setAside).toEqual([{ item: 'a-3', reason: 'there is a transcript but no recording' }]);
    expect(
      (await loadManifest(folder)).map(({ id, audio, text, speaker, language }) => [
        id,
        audio,
        text,
        speaker,
        language,
      ]),
    ).toEqual([
      ['a-1', 'audio/a-1.wav', 'Guten Tag.', 'Ann', 'de'],
      ['a-2', 'audio/a-2.wav', 'Es ist fünf Uhr.', 'Ann', 'de'],
    ]);
    expect(existsSync(path.join(folder, '.packages'))).toBe(false);
  });

  it('may have words whose names say how they are read', async () => {
    const folder = await corpus({ importer: 'readings', sounds: 'words', language: 'ja' });
    const { setAside } = await fetchCorpus(folder);
    expect(setAside.map(({ item }) => item)).toEqual(['猫']);
    expect((await loadManifest(folder)).map(({ id, text }) => [id, text])).toEqual([['犬【いぬ】', 'いぬ']]);
  });

  it('that has no such commit, or can’t be reached, is said to be so', async () => {
    const unknown = await corpus({
      importer: 'ljspeech',
      sounds: 'audio',
      repository: { url, commit: 'a'.repeat(40) },
    });
    await expect(fetchCorpus(unknown)).rejects.toThrow(/commit aaaaaaaa of file:.* can’t be fetched/);
    await rename(new URL(url), new URL(`${url}-moved`));
    await expect(fetchCorpus(await corpus({ importer: 'ljspeech', sounds: 'audio' }))).rejects.toThrow(WorkError);
    await rename(new URL(`${url}-moved`), new URL(url));
  });

  it('never has a program run by its address', async () => {
    const folder = await corpus({
      importer: 'ljspeech',
      sounds: 'audio',
      repository: { url: 'ext::sh -c id', commit },
    });
    await expect(fetchCorpus(folder)).rejects.toThrow();
  });
});
