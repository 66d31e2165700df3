import fc from 'fast-check';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeManifest } from '../../../src/corpus/manifest.ts';
import { readSplitList } from '../../../src/corpus/split/list-file.ts';
import { splitCorpus } from '../../../src/corpus/split/split.ts';
import type { Spoken } from '../../../src/corpus/split/spoken.ts';
import { writeSplit, type SplitRequest } from '../../../src/corpus/split/write-split.ts';
import type { Utterance } from '../../../src/corpus/utterance.ts';
import { corpora, rule } from './corpora.ts';

const request = (change: Partial<SplitRequest> = {}): SplitRequest => ({ test: 1, dev: 0.5, seed: 1, ...change });

const utteranceOf = ({ id, recording, text, speaker, start, end }: Spoken): Utterance => ({
  ...{ id, audio: recording, text },
  ...(speaker !== undefined && { speaker }),
  ...(start !== undefined && end !== undefined && { start, end }),
});

async function corpusOf(utterances: readonly Utterance[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'split-'));
  await writeManifest(folder, utterances);
  return folder;
}

/** Utterances of six seconds, ten to a recording, each with words of its own. */
const voices = (...names: string[]): Utterance[] =>
  names.flatMap((speaker) =>
    Array.from({ length: 40 }, (_, i) => ({
      id: `${speaker}-${String(i).padStart(2, '0')}`,
      audio: `${speaker}/${Math.floor(i / 10)}.wav`,
      text: `${speaker} says ${i}`,
      speaker,
      start: 6 * (i % 10),
      end: 6 * (i % 10) + 6,
    })),
  );

const speakersIn = (rows: readonly string[][], part: string): Set<string> =>
  new Set(rows.filter((row) => row[1] === part).map((row) => row[0]!.split('-')[0]!));

async function rowsOf(file: string): Promise<string[][]> {
  const [, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

describe('a split that is written down', () => {
  it('of any corpus is read back by a recipe, whose first minutes are those that it names', () =>
    fc.assert(
      fc.asyncProperty(corpora, async (entries) => {
        const folder = await corpusOf(entries.map(utteranceOf));
        const { file, parts, trainings } = await writeSplit(folder, request({ train: [0.02, 0.01] }));
        const listed = await readSplitList(file);
        const rows = await rowsOf(file);
        for (const asked of [0.01, 0.02]) {
          const { train, dev, test } = splitCorpus(entries, rule({ train: { minutes: asked } }), { listed });
          const nested = rows.filter(([, part, minutes]) => part === 'train' && minutes !== '' && +minutes! <= asked);
          expect(train.map(({ id }) => id)).toEqual(nested.map(([id]) => id));
          expect([train.length, dev.length, test.length]).toEqual([
            trainings.find((training) => training.asked === asked)!.utterances,
            parts.dev.utterances,
            parts.test.utterances,
          ]);
        }
      }),
      { numRuns: 50 },
    ));

  it('tests on voices that training never hears, where there are three, and trains on all others in their shares', async () => {
    const folder = await corpusOf(voices('ana', 'bea', 'cem', 'dia'));
    const { file, trainings } = await writeSplit(folder, request({ train: [1, 2, 5] }));
    const rows = await rowsOf(file);
    const [train, test] = [speakersIn(rows, 'train'), speakersIn(rows, 'test')];
    expect([...train].filter((speaker) => test.has(speaker))).toEqual([]);
    expect(trainings.map(({ asked, speakers }) => [asked, Object.keys(speakers).length])).toEqual([
      [1, train.size],
      [2, train.size],
      [5, train.size],
    ]);
  });

  it('keeps sessions whole: what lies in one folder', async () => {
    const days = voices('ana', 'bea').map((u, i) => ({ ...u, audio: `day ${Math.floor(i / 20)}/${i}.wav` }));
    const folder = await corpusOf(days);
    const { file, relaxed } = await writeSplit(folder, request({ by: 'session', test: 2, dev: 2 }));
    const dayOf = new Map(days.map(({ id, audio }) => [id, audio.split('/')[0]]));
    const rows = await rowsOf(file);
    const daysIn = (part: string): Set<string | undefined> =>
      new Set(rows.filter((row) => row[1] === part).map(([id]) => dayOf.get(id!)));
    expect([daysIn('test').size, daysIn('dev').size, daysIn('train').size]).toEqual([1, 1, 2]);
    expect(relaxed).toEqual([]);
  });

  it('says of sessions that there is only one', async () => {
    const one = voices('ana').map((u, i) => ({ ...u, audio: `${i}.wav` }));
    const { relaxed } = await writeSplit(await corpusOf(one), request({ by: 'session' }));
    expect(relaxed.map(({ code }) => code)).toEqual(['test-sessions-in-train']);
  });

  it('is its publisher’s, unless another is asked for', async () => {
    const published = voices('ana').map((u, i) => ({
      ...u,
      split: i < 4 ? ('test' as const) : i < 8 ? ('dev' as const) : ('train' as const),
    }));
    const folder = await corpusOf(published);
    const theirs = await writeSplit(folder, request({ output: path.join(folder, 'theirs.tsv') }));
    expect(theirs.published).toBe(true);
    expect((await rowsOf(theirs.file)).filter(([, part]) => part === 'test').map(([id]) => id)).toEqual(
      published.slice(0, 4).map(({ id }) => id),
    );
    const drawn = await writeSplit(folder, request({ by: 'time', output: path.join(folder, 'time.tsv') }));
    expect(drawn.published).toBe(false);
  });

  it('is not written over another, nor longer than train is', async () => {
    const folder = await corpusOf(voices('ana'));
    await writeSplit(folder, request());
    await writeSplit(folder, request());
    await expect(writeSplit(folder, request({ seed: 2 }))).rejects.toThrow('there is another split already');
    await expect(writeSplit(folder, request({ train: [60] }))).rejects.toThrow(/train has 2\.\d minutes, 60 are asked/);
  });
});
