import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readSource } from '../../src/corpus/source.ts';

const source = {
  ...{ importer: 'asterisk', title: 'Prompts', language: 'it', licence: 'CC0', attribution: '' },
  upstream: 'https://example.org',
  ...{ sounds: 'usr/share/sounds', transcripts: 'usr/share/list.txt' },
  packages: [{ name: 'prompts-it', version: '1.6-1~deb12', url: 'https://example.org/a.deb', sha256: '0'.repeat(64) }],
};

async function read(change: object): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'source-'));
  await writeFile(path.join(folder, 'source.yaml'), JSON.stringify({ ...source, ...change }));
  return readSource(folder).catch((error: unknown) => error);
}

it('a source.yaml names what lies in its packages, and packages that can be', async () => {
  expect(await read({})).toMatchObject({ sounds: 'usr/share/sounds' });
  const [wanted] = source.packages;
  for (const [field, change] of [
    ['sounds', { sounds: '../../x' }],
    ['sounds', { sounds: '/etc' }],
    ['transcripts', { transcripts: String.raw`usr\..\..\x` }],
    ['packages.0.name', { packages: [{ ...wanted, name: '-oAPT::Update::Pre-Invoke::=x' }] }],
    ['packages.0.name', { packages: [{ ...wanted, name: '../x' }] }],
    ['packages.0.version', { packages: [{ ...wanted, version: '1.0 --x' }] }],
    ['packages.0.url', { packages: [{ ...wanted, url: '--upload-pack' }] }],
  ] as const) {
    const message = expect.stringMatching(new RegExp(`^${field.replaceAll('.', '\\.')}: `)) as string;
    expect(await read(change)).toMatchObject({ message, exitCode: 2 });
  }
});
