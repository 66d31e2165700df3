import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { audioPath, loadManifest, writeManifest } from '../../src/corpus/manifest.ts';

let [corpus, archive, elsewhere] = ['', '', ''];
const utterance = (audio: string) => ({ id: audio, audio, text: 'a' });
const at = (audio: string): string => audioPath(corpus, utterance(audio));

beforeEach(async () => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'media-')));
  [corpus, archive, elsewhere] = ['corpora/mine', 'archive', 'elsewhere'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [corpus, path.join(archive, 'day 1'), elsewhere]) await mkdir(folder, { recursive: true });
  await writeFile(path.join(elsewhere, 'secret.wav'), 's');
  await writeFile(path.join(corpus, 'source.yaml'), 'importer: elan\nmedia:\n  archive: ../../archive\n');
});

describe('recordings outside the corpus', () => {
  it('lie in the folders that source.yaml names under `media`', () => {
    expect(at('archive/day 1/story.wav')).toBe(path.join(archive, 'day 1', 'story.wav'));
    expect(at('audio/story.wav')).toBe(path.join(corpus, 'audio', 'story.wav'));
  });

  it('may move: one line of source.yaml says where they are now', async () => {
    expect(at('archive/a.wav')).toBe(path.join(archive, 'a.wav'));
    // A file system may count in whole milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeFile(path.join(corpus, 'source.yaml'), `importer: elan\nmedia:\n  archive: ${elsewhere}\n`);
    expect(at('archive/a.wav')).toBe(path.join(elsewhere, 'a.wav'));
  });

  it.each(['archive/../../elsewhere/secret.wav', 'archive/..', '../archive/a.wav', '/etc/passwd', 'archive//../../x'])(
    'are refused where the path leaves those folders: %s',
    (audio) => {
      expect(() => at(audio)).toThrow(/outside the corpus folder/);
    },
  );

  it('are refused behind a link that leaves them, and found behind one that stays', async () => {
    await symlink(path.join(elsewhere, 'secret.wav'), path.join(archive, 'link.wav'));
    await symlink(elsewhere, path.join(corpus, 'audio'));
    await writeFile(path.join(archive, 'real.wav'), 'r');
    await symlink('real.wav', path.join(archive, 'inside.wav'));
    expect(() => at('archive/link.wav')).toThrow(/link to a file outside/);
    expect(() => at('audio/secret.wav')).toThrow(/link to a file outside/);
    expect(at('archive/inside.wav')).toBe(path.join(archive, 'inside.wav'));
  });

  it('come back from the manifest as they were', async () => {
    const one = {
      ...utterance('archive/a.wav'),
      split: 'dev' as const,
      source: { file: 'archive/a.eaf', tier: 'tx', annotation: 'a1' },
    };
    await writeManifest(corpus, [one]);
    expect(await loadManifest(corpus)).toEqual([one]);
  });
});
