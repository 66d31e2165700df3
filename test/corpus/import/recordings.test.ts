import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { audioPath } from '../../../src/corpus/manifest.ts';
import type { MediaLink } from '../../../src/formats/index.ts';
import { writeTree } from '../importers/import.ts';
import { eaf, imported, tier, wav, workplace } from './archive.ts';

const TIERS = [tier('tx', ['akara bou', 'di kaai la'])];
let folder: string;

beforeEach(async () => {
  folder = await workplace();
});

/** Where the recording of `notes/story.eaf` is found among these. */
async function foundAmong(recordings: readonly string[], media: MediaLink[]): Promise<string> {
  await writeTree('archive', { 'notes/story.eaf': eaf(TIERS, media) });
  for (const recording of recordings) await wav(path.join('archive', recording));
  const { utterances, result } = await imported('archive');
  return path.relative(path.join(folder, 'archive'), audioPath(result.folder, utterances[0]!));
}

describe('the recording of an ELAN file', () => {
  it.each<[string, string, string[], MediaLink[]]>([
    [
      'where the relative link says',
      'sound/a b.wav',
      ['sound/a b.wav', 'notes/story.wav'],
      [{ relativeUrl: '../sound/a%20b.wav' }],
    ],
    [
      'where a full path says, if that is in the folder',
      'x/ŋ.wav',
      ['x/ŋ.wav', 'notes/ŋ.wav'],
      [{ url: 'FOLDER/archive/x/%C5%8B.wav' }],
    ],
    [
      'by the name in a link of another machine',
      'day1/tape.wav',
      ['day1/tape.wav'],
      [{ url: 'file:///C:/Users/me/tape.wav' }],
    ],
    ['by the name in a Windows path', 'day1/tape.wav', ['day1/tape.wav'], [{ url: 'C:\\Users\\me\\tape.wav' }]],
    ['in whatever letters and normal form', 'day1/TAPÉ.WAV', ['day1/TAPÉ.WAV'], [{ relativeUrl: './tape\u0301.wav' }]],
    ['with another ending', 'notes/tape.ogg.wav', ['notes/tape.ogg.wav'], [{ relativeUrl: './tape.ogg.mp4' }]],
    [
      'by the file’s own name',
      'notes/story.wav',
      ['notes/story.wav', 'other/story.wav'],
      [{ relativeUrl: './1_1_1.wav' }],
    ],
    ['in a neighbouring folder', 'sounds/story.wav', ['sounds/story.wav', 'far/away/from/it/story.wav'], []],
    [
      'the sound of two media',
      'notes/b.wav',
      ['notes/a.mp4', 'notes/b.wav'],
      [{ relativeUrl: 'a.mp4' }, { relativeUrl: 'b.wav' }],
    ],
  ])('is found %s', async (_, expected, recordings, media) => {
    const here = media.map((link) => ({
      ...link,
      ...(link.url === undefined ? {} : { url: link.url.replace('FOLDER', `file://${folder}`) }),
    }));
    expect(await foundAmong(recordings, here)).toBe(path.normalize(expected));
  });

  it('may lie in a folder of its own, which is named too', async () => {
    await writeTree('archive', { 'story.eaf': eaf(TIERS) });
    await wav('card/DCIM/story.wav');
    const { utterances, result } = await imported('archive', { media: ['card'] });
    expect(audioPath(result.folder, utterances[0]!)).toBe(path.join(folder, 'card/DCIM/story.wav'));
    expect(utterances[0]!.source!.file).toBe('archive/story.eaf');
  });

  it('is not taken where two are as near', async () => {
    await writeTree('archive', { 'notes/story.eaf': eaf(TIERS) });
    for (const day of ['day1', 'day2']) await wav(`archive/${day}/story.wav`);
    await expect(imported('archive')).rejects.toThrow(/none of the recordings is there: 1 missing, e\.g\. story\.wav/);
  });

  it('is never a file outside the folder, be it by link, by path or by way of ..', async () => {
    await wav('elsewhere/secret.wav');
    await mkdir('archive');
    await symlink(path.join(folder, 'elsewhere/secret.wav'), 'archive/story.wav');
    const media = [{ relativeUrl: '../elsewhere/secret.wav' }, { url: `file://${folder}/elsewhere/secret.wav` }];
    await writeFile('archive/story.eaf', eaf(TIERS, media));
    await expect(imported('archive')).rejects.toThrow(/none of the recordings is there/);
  });

  it('is listed once where it is missing; the rest is imported', async () => {
    await writeTree('archive', { 'a.eaf': eaf(TIERS), 'b.eaf': eaf(TIERS, [{ relativeUrl: './lost.wav' }]) });
    await wav('archive/a.wav');
    const { utterances, result, plan } = await imported('archive');
    expect(utterances.map(({ id }) => id)).toEqual(['a/tx1', 'a/tx2']);
    expect(plan.survey!.recordings).toEqual({ found: 1, missing: ['lost.wav'] });
    expect(result.missing).toEqual([{ recording: 'lost.wav', utterances: 2 }]);
  });

  it('may be missing where the text alone is wanted', async () => {
    await writeTree('archive', { 'b.eaf': eaf(TIERS) });
    const { utterances } = await imported('archive', { keepMissing: true });
    expect(utterances.map(({ audio, text }) => [audio, text])).toEqual([
      ['archive/b.wav', 'akara bou'],
      ['archive/b.wav', 'di kaai la'],
    ]);
  });

  it('has its own zero where the link says so', async () => {
    await writeTree('archive', { 'a.eaf': eaf(TIERS, [{ relativeUrl: './a.wav', origin: 2.5 }]) });
    await wav('archive/a.wav');
    const { utterances } = await imported('archive');
    expect(utterances.map(({ start, end }) => [start, end])).toEqual([
      [2.5, 3.5],
      [3.5, 4.5],
    ]);
  });
});
