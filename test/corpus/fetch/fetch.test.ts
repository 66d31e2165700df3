import { execa } from 'execa';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { fetchCorpus, type FetchResult } from '../../../src/corpus/fetch/fetch.ts';
import { loadManifest } from '../../../src/corpus/manifest.ts';
import { InputError, WorkError } from '../../../src/support/errors.ts';
import type { Progress } from '../../../src/support/progress.ts';
import { about } from '../importers/import.ts';
import {
  makeDeb,
  NO_SUCH_PACKAGE,
  packageServer,
  pathWithApt,
  pinned,
  temporary,
  type PackageServer,
} from '../importers/debian.ts';

const NAMES = ['vm-one', 'vm-two', 'vm-three', 'digits/1'];
const LIST = `${NAMES.map((name) => `${name}: parola ${name.replace('/', ' ')}`).join('\n')}\nvm-none: nessuno\n`;
let packages: { text: Buffer; sound: Buffer };
let server: PackageServer;
let folder: string;

beforeAll(async () => {
  packages = {
    text: await makeDeb({ 'doc/list.txt': LIST }, '.xz'),
    // Noise doesn't compress: a download that can be cut in the middle.
    sound: await makeDeb(
      Object.fromEntries(NAMES.map((name) => [`sounds/${name}.g722`, crypto.getRandomValues(new Uint8Array(16_000))])),
    ),
  };
});

beforeEach(async () => {
  vi.stubEnv('PATH', await pathWithApt(NO_SUCH_PACKAGE));
  server = await packageServer();
  server.files['/text.deb'] = { bytes: packages.text };
  server.files['/sound.deb'] = { bytes: packages.sound };
  folder = path.join(await temporary('fetch'), 'corpora', 'tiny');
  await writeSource({});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

async function writeSource(change: object): Promise<void> {
  await mkdir(folder, { recursive: true });
  const source = {
    ...about,
    importer: 'asterisk',
    language: 'it',
    sounds: 'sounds',
    transcripts: 'doc/list.txt',
    packages: [
      pinned('tiny', packages.text, `${server.url}/text.deb`),
      pinned('tiny-g722', packages.sound, `${server.url}/sound.deb`),
    ],
  };
  await writeFile(path.join(folder, 'source.yaml'), stringify({ ...source, ...change }));
}

async function expectWhole(result: FetchResult): Promise<void> {
  expect(result).toMatchObject({ name: 'tiny', folder, utterances: 4, seconds: 8, setAside: [{ item: 'vm-none' }] });
  expect((await loadManifest(folder)).map(({ id }) => id)).toEqual(NAMES);
  for (const name of NAMES) expect(statSync(path.join(folder, 'audio', `${name}.g722`)).size).toBe(16_000);
  // Nothing else: what was downloaded and unpacked is cleared away.
  expect((await readdir(folder)).sort()).toEqual(['audio', 'fetched.json', 'manifest.jsonl', 'source.yaml']);
}

/** A progress that does something when a stage has got so far. */
const at =
  (stage: string, count: number, act: () => void): Progress =>
  (name) => {
    let done = 0;
    return { advance: () => void (name === stage && ++done === count && act()), note: () => {}, done: () => {} };
  };

const partial = (): string =>
  path.join(folder, '.packages', `tiny-g722-${pinned('', packages.sound, '').sha256.slice(0, 8)}.deb.partial`);
const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** Runs the built command line as a user would. */
const isogloss = (...args: string[]) =>
  execa('node', [path.resolve('bin/run.js'), ...args], { reject: false, env: { CI: '', NO_COLOR: '1' } });

describe('fetching a corpus', () => {
  it('leaves its manifest and recordings, and answers at once the second time', async () => {
    await expectWhole(await fetchCorpus(folder));
    expect(server.asked).toEqual(['whole', 'whole']);
    await expectWhole(await fetchCorpus(folder));
    expect(server.asked).toHaveLength(2);
  });

  it('is not done before the manifest is there', async () => {
    await fetchCorpus(folder);
    await rm(path.join(folder, 'manifest.jsonl'));
    await expectWhole(await fetchCorpus(folder));
    await writeFile(path.join(folder, 'fetched.json'), '{"source": half a fi');
    await expectWhole(await fetchCorpus(folder));
  });

  it('is done anew when source.yaml says something else, and forgets what is no longer wanted', async () => {
    await fetchCorpus(folder);
    await writeSource({ exclude: ['vm-two'] });
    const result = await fetchCorpus(folder);
    expect(result.setAside.map(({ item }) => item).sort()).toEqual(['vm-none', 'vm-two']);
    expect((await readdir(path.join(folder, 'audio'), { recursive: true })).sort()).toEqual([
      'digits',
      'digits/1.g722',
      'vm-one.g722',
      'vm-three.g722',
    ]);
  });
});

describe('fetching anew', () => {
  it('removes nothing that a user has added, and leaves an edited manifest alone', async () => {
    await fetchCorpus(folder);
    const manifest = path.join(folder, 'manifest.jsonl');
    await writeFile(path.join(folder, 'audio', 'mine.wav'), 'my only copy');
    await writeFile(path.join(folder, 'audio', 'vm-two.g722'), 'my own voice');
    const edited = `${await readFile(manifest, 'utf8')}{"id":"mine","audio":"audio/mine.wav","text":"mio"}\n`;
    await writeFile(manifest, edited);
    await writeSource({ exclude: ['vm-one', 'vm-two'] });
    expect(await fetchCorpus(folder)).toMatchObject({ utterances: 2, edited: true });
    expect(await readFile(manifest, 'utf8')).toBe(edited);
    expect(await readFile(path.join(folder, 'manifest.new.jsonl'), 'utf8')).not.toContain('mine');
    const names = (await readdir(path.join(folder, 'audio'))).sort();
    // The edited manifest still names them all.
    expect(names).toEqual(['digits', 'mine.wav', 'vm-one.g722', 'vm-three.g722', 'vm-two.g722']);
  });
});

describe('fetching that was killed', () => {
  it('by the system, in a download: the same command goes on from the byte where it stopped', async () => {
    server.files['/sound.deb'] = { bytes: packages.sound, stallAfter: 30_000 };
    const killed = isogloss('corpus', 'fetch', folder, '--json');
    await vi.waitFor(() => expect(sizeOf(partial())).toBeGreaterThan(0), { timeout: 40_000, interval: 100 });
    killed.kill('SIGKILL');
    await killed;
    expect(existsSync(path.join(folder, 'manifest.jsonl'))).toBe(false);
    const have = sizeOf(partial());

    server.files['/sound.deb'] = { bytes: packages.sound };
    const { exitCode, stdout } = await isogloss('corpus', 'fetch', folder, '--json');
    expect(exitCode).toBe(0);
    await expectWhole(JSON.parse(stdout) as FetchResult);
    expect(server.asked).toEqual(['whole', 'whole', `bytes=${have}-`]);
  }, 120_000);

  it('between downloads: what is there is not got again', async () => {
    const stopper = new AbortController();
    // After the first package.
    await expect(
      fetchCorpus(folder, {
        signal: stopper.signal,
        progress: at('fetch tiny', 1, () => stopper.abort(new Error('killed'))),
      }),
    ).rejects.toThrow('killed');
    await expectWhole(await fetchCorpus(folder));
    expect(server.asked.filter((range) => range === 'whole')).toHaveLength(2);
  });

  it('while it unpacked: what lies there half is written over', async () => {
    const unpacked = path.join(folder, '.packages');
    await mkdir(path.join(unpacked, 'sounds'), { recursive: true });
    await writeFile(
      path.join(unpacked, `tiny-g722-${pinned('', packages.sound, '').sha256.slice(0, 8)}.deb`),
      packages.sound,
    );
    await writeFile(path.join(unpacked, 'data.tar.gz'), 'half');
    await writeFile(path.join(unpacked, 'sounds', 'vm-one.g722'), 'half');
    await expectWhole(await fetchCorpus(folder));
    expect(server.asked).toEqual(['whole']);
  });

  it.each([1, 2, 4])(
    'at prompt %i of the import: all of it is there in the end, and nothing is downloaded again',
    async (prompt) => {
      const stopper = new AbortController();
      await expect(
        fetchCorpus(folder, {
          signal: stopper.signal,
          progress: at('import', prompt, () => stopper.abort(new Error('killed'))),
        }),
      ).rejects.toThrow('killed');
      expect(existsSync(path.join(folder, 'manifest.jsonl'))).toBe(false);
      await expectWhole(await fetchCorpus(folder));
      expect(server.asked).toHaveLength(2);
    },
  );

  it('while a new version replaced an old one: the old manifest is never taken for the new one', async () => {
    await fetchCorpus(folder);
    await writeSource({ exclude: ['vm-two'] });
    const stopper = new AbortController();
    await expect(
      fetchCorpus(folder, {
        signal: stopper.signal,
        progress: at('import', 3, () => stopper.abort(new Error('killed'))),
      }),
    ).rejects.toThrow('killed');
    expect((await fetchCorpus(folder)).utterances).toBe(3);
  });
});

describe('a corpus that can’t be fetched', () => {
  const failure = async (name: string): Promise<unknown> =>
    fetchCorpus(name).then(
      () => undefined,
      (e: unknown) => e,
    );

  it('is unknown', async () => {
    for (const name of ['no-such-corpus', '/nowhere/at/all', '../corpora', '']) {
      const error = await failure(name);
      expect(error, name).toBeInstanceOf(InputError);
      expect((error as InputError).message).toBe(`no corpus ${name}`);
      expect((error as InputError).next).toMatch(/docs\/corpora\.md/);
    }
  });

  it('is one’s own', async () => {
    await rm(path.join(folder, 'source.yaml'));
    await writeFile(path.join(folder, 'manifest.jsonl'), '');
    expect(await failure(folder)).toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/no source\.yaml/) as string,
    });
  });

  it.each([
    [
      'not YAML',
      'importer: [asterisk\n',
      { message: expect.any(String) as string, place: { line: expect.any(Number) as number } },
    ],
    [
      'of an importer that is not there',
      'importer: telepathy\n',
      { message: expect.stringMatching(/^importer: /) as string },
    ],
  ])('has a source.yaml that is %s', async (_, text, expected) => {
    await writeFile(path.join(folder, 'source.yaml'), text);
    const error = await failure(folder);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject(expected);
  });

  it('has a source.yaml with a field that is missing or wrong: it is named', async () => {
    await writeSource({ licence: undefined });
    expect(await failure(folder)).toMatchObject({ message: expect.stringMatching(/^licence: /) as string });
    await writeSource({ packages: [{ ...pinned('tiny', packages.text, 'x'), url: 'not a URL' }] });
    expect(await failure(folder)).toMatchObject({ message: expect.stringMatching(/^packages\.0\.url: /) as string });
  });

  it('has a package that is gone: what there is of the others is kept', async () => {
    delete server.files['/sound.deb'];
    const error = await failure(folder);
    expect(error).toBeInstanceOf(WorkError);
    expect((error as WorkError).message).toMatch(/tiny-g722 .*HTTP 404/);
    server.files['/sound.deb'] = { bytes: packages.sound };
    await expectWhole(await fetchCorpus(folder));
    expect(server.asked).toEqual(['whole', 'whole', 'whole']);
  });
});
