import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { lookInto } from '../../../src/corpus/import/import.ts';
import { inSeconds } from '../../../src/corpus/import/units.ts';
import type { Row } from '../../../src/corpus/importers/importer.ts';
import { fetchCorpus } from '../../../src/corpus/fetch/fetch.ts';
import { readTerms } from '../../../src/corpus/source.ts';
import { writeTextGrid } from '../../../src/formats/index.ts';
import { writeTree } from '../importers/import.ts';
import { documentWith, eaf, imported, tier, wav, workplace } from './archive.ts';

const TIERS = [tier('tx', ['akara bou', 'di kaai la'])];

beforeEach(async () => {
  await workplace();
  await writeTree('Field Notes', { 'a.eaf': eaf(TIERS) });
  await wav('Field Notes/a.wav');
});

describe('an imported corpus', () => {
  it('is called as its folder, or as one says', async () => {
    expect((await imported('Field Notes')).result.name).toBe('field-notes');
    expect((await imported('Field Notes', { name: 'ŋa-2024' })).result.name).toBe('ŋa-2024');
    for (const name of ['../elsewhere', 'a/b', '', '.hidden'])
      await expect(imported('Field Notes', { name })).rejects.toThrow(/can’t be a corpus’s name/);
  });

  it('is made anew by the same command, and keeps what its owner wrote into source.yaml', async () => {
    const { result } = await imported('Field Notes');
    const file = `${result.folder}/source.yaml`;
    await writeFile(file, `${await readFile(file, 'utf8')}title: Stories\nlicence: CC-BY-4.0\n`);
    await writeTree('Field Notes', { 'a.eaf': eaf([tier('tx', ['akara', 'di', 'la ba'])]) });
    expect((await imported('Field Notes')).utterances).toHaveLength(3);
    expect(await readTerms(result.folder)).toEqual({ title: 'Stories', licence: 'CC-BY-4.0', attribution: '' });
  });

  it('never replaces another one', async () => {
    await imported('Field Notes', { name: 'mine' });
    await writeTree('other', { 'a.eaf': eaf(TIERS) });
    await wav('other/a.wav');
    await expect(imported('other', { name: 'mine' })).rejects.toThrow(/there is a corpus mine already, imported from/);
  });

  it('leaves nothing behind where nothing could be used', async () => {
    await writeTree('empty', { 'a.eaf': eaf([tier('tx', ['x y'])]) });
    await expect(imported('empty')).rejects.toThrow(/none of the recordings is there/);
    await expect(readFile('corpora/empty/source.yaml')).rejects.toThrow(/ENOENT/);
  });

  it('has nothing to fetch: what is there is told', async () => {
    await imported('Field Notes');
    expect(await fetchCorpus('field-notes')).toMatchObject({ utterances: 2, seconds: 2 });
  });

  it('is made of one file where one is named', async () => {
    await writeTree('Field Notes', { 'b.eaf': eaf(TIERS) });
    await wav('Field Notes/b.wav');
    const { utterances, result } = await imported('Field Notes/b.eaf');
    expect(result.name).toBe('b');
    expect(utterances.map(({ source }) => source!.file)).toEqual(['Field-Notes/b.eaf', 'Field-Notes/b.eaf']);
  });

  it('asks which format where there are as many of two', async () => {
    await writeTree('Field Notes', { 'a.TextGrid': writeTextGrid(documentWith(TIERS)).content });
    const plan = await imported('Field Notes').catch((error: unknown) => error as Error);
    expect((plan as Error).message).toMatch(/Which files have the transcripts/);
    const { utterances } = await imported('Field Notes', { format: 'praat' });
    // Praat has no ids: the time is one.
    expect(utterances.map(({ id }) => id)).toEqual(['a/0000000', 'a/0001000']);
  });
});

describe('recordings with texts of the same name', () => {
  beforeEach(async () => {
    const texts = Object.fromEntries(
      ['train/ama_1', 'train/kofi_2', 'dev/ama_3'].flatMap((stem) => [
        [`${stem}.mb`, `said in ${stem}\n`],
        [`${stem}.fr`, 'en français'],
      ]),
    );
    await writeTree('mboshi', { ...texts, 'train/README.txt': 'about it', 'train/ama_1.eaf.bak': 'x' });
    for (const stem of ['train/ama_1', 'train/kofi_2', 'dev/ama_3', 'dev/alone']) await wav(`mboshi/${stem}.wav`, 1.5);
  });

  it('give a corpus with the published split, and speakers by a pattern', async () => {
    const { utterances, result } = await imported('mboshi', { textEnding: 'mb', speakerPattern: '^([^_]+)_' });
    expect(utterances).toEqual(
      [
        ['dev/ama_3', 'ama', 'dev'],
        ['train/ama_1', 'ama', 'train'],
        ['train/kofi_2', 'kofi', 'train'],
      ].map(([id, speaker, split]) => ({
        ...{ id, speaker, split, audio: `mboshi/${id}.wav`, text: `said in ${id}`, duration: 1.5 },
        source: { file: `mboshi/${id}.mb` },
      })),
    );
    expect(result.leftOut.map(({ first }) => first[0]!.item)).toEqual(['dev/alone.wav']);
  });

  it('are asked for the ending where there are two', async () => {
    const error = (await imported('mboshi').catch((e: unknown) => e)) as Error & { next: string };
    expect(error.next).toBe('--text-ending fr or --text-ending mb');
    await expect(imported('mboshi', { textEnding: 'xy' })).rejects.toThrow(/no text ends in \.xy/);
  });

  it('are not passed over for one file of words with times beside them', async () => {
    await writeFile('mboshi/words.ctm', 'ama_3 1 0.1 0.2 said\n');
    const { question } = await lookInto('mboshi');
    expect(question?.choices.map(({ flag }) => flag)).toEqual(['--format ctm', '--format pairs']);
    expect((await imported('mboshi', { textEnding: 'mb' })).utterances.length).toBe(3);
  });
});

describe('milliseconds taken for seconds', () => {
  const scaled = async (times: readonly (readonly [number, number])[]): Promise<unknown> => {
    const told: string[] = [];
    const given = times.map(([start, end]): Row => ({ text: 'x', recording: [], file: 'a.csv', start, end }));
    const rows = [];
    for await (const row of inSeconds(given, (what) => told.push(what))) rows.push(row);
    return [rows.map((row) => ('reason' in row ? row : [row.start, row.end])), told.length];
  };

  it('are noticed where utterances would be minutes long', async () => {
    expect(
      await scaled([
        [0, 1500],
        [1500, 4200],
      ]),
    ).toEqual([
      [
        [0, 1.5],
        [1.5, 4.2],
      ],
      1,
    ]);
    expect(await scaled(Array.from({ length: 300 }, (_, i) => [i * 2000, i * 2000 + 1000] as const))).toEqual([
      Array.from({ length: 300 }, (_, i) => [i * 2, i * 2 + 1]),
      1,
    ]);
  });

  it('are not seen where there are none', async () => {
    for (const times of [
      [
        [0, 1.5],
        [1.5, 4],
      ],
      [
        [0, 12],
        [12, 30],
      ],
      [
        [0, 250.5],
        [251, 700],
      ],
    ] as [number, number][][])
      expect(await scaled(times)).toEqual([times, 0]);
  });
});
