import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import type { SetAside } from '../../src/support/errors.ts';
import { Batch, parseShard, type BatchOptions } from '../../src/transcribe/index.ts';
import { placesOf } from '../../src/transcribe/inputs.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

let models: [string, string];
let sounds: string;
let folder: string;
const at = (name: string): string => path.join(folder, name);
const text = (name: string): Promise<string> => readFile(at(name), 'utf8');

interface Outcome {
  files: string[];
  setAside: SetAside[];
  done: number;
}

async function run(
  options: Partial<BatchOptions> = {},
  paths: readonly string[] = ['archive'],
  model = models[0],
): Promise<Outcome> {
  const places = paths.map((one) => (one === '-' ? one : at(one)));
  const batch = await Batch.open(model, places, { formats: ['srt'], out: at('out'), ...options });
  const outcome: Outcome = { files: [], setAside: [], done: 0 };
  try {
    for await (const item of batch.run(await batch.plan()))
      if ('reason' in item) outcome.setAside.push(item);
      else outcome.files.push(...item.files!.map((file) => path.relative(folder, file)));
    outcome.files.sort();
    return { ...outcome, done: batch.summary.done };
  } finally {
    await batch.close();
  }
}

const ALL = ['out/a/1.srt', 'out/a/2.srt', 'out/b.srt'];

beforeAll(async () => {
  models = [
    await smallModel({ encoder: 'tiny', layers: [2] }),
    await smallModel({ encoder: 'tiny', layers: [2], seed: 'other' }),
  ];
  sounds = await mkdtemp(path.join(tmpdir(), 'sounds-'));
  await mkdir(path.join(sounds, 'a'));
  for (const [i, name] of ['a/1.wav', 'a/2.wav', 'b.wav'].entries())
    await writeWav(path.join(sounds, name), speechlike(1.5, i + 1));
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'batch-'));
  await cp(sounds, at('archive'), { recursive: true });
});

describe('an archive that is transcribed again', () => {
  it('has only done what is missing', async () => {
    expect(await run()).toEqual({ files: ALL, setAside: [], done: 0 });
    expect(await run()).toEqual({ files: [], setAside: [], done: 3 });
    await rm(at('out/b.srt'));
    await writeWav(at('archive/c.wav'), speechlike(1, 9));
    expect(await run()).toEqual({ files: ['out/b.srt', 'out/c.srt'], setAside: [], done: 2 });
    expect(await run({ formats: ['srt', 'vtt'] })).toMatchObject({ files: [...ALL, 'out/c.srt'].map(toVtt), done: 0 });
  });

  it('is done again where the recording, the sound that is heard or the model has changed', async () => {
    await run();
    const before = await text('out/b.srt');
    await writeWav(at('archive/b.wav'), speechlike(2, 7));
    expect((await run()).files).toEqual(['out/b.srt']);
    expect(await text('out/b.srt')).not.toBe(before);
    expect((await run({ channel: 1 })).files).toEqual(ALL);
    expect((await run({ channel: 1 }, ['archive'], models[1])).files).toEqual(ALL);
  });

  it('is known as a copy, with other times and in another place', async () => {
    await run({ out: undefined });
    await cp(at('archive'), at('moved'), { recursive: true });
    await utimes(at('moved/b.wav'), new Date(), new Date());
    expect(await run({ out: undefined }, ['moved'])).toEqual({ files: [], setAside: [], done: 3 });
  });

  it('keeps what somebody has corrected, also from another model', async () => {
    await run();
    await writeFile(at('out/b.srt'), 'corrected');
    expect((await run()).files).toEqual([]);
    const { files, setAside } = await run({}, ['archive'], models[1]);
    expect(files).toEqual(['out/a/1.srt', 'out/a/2.srt']);
    expect(setAside).toMatchObject([
      { reason: 'b.srt is there already, and was changed since it was written; --overwrite replaces it' },
    ]);
    expect(await text('out/b.srt')).toBe('corrected');
    expect((await run({ overwrite: true })).files).toEqual(ALL);
    expect((await run({ overwrite: true })).files).toEqual([]);
  });

  it('tries what could not be read again only when told to, or when it has changed', async () => {
    await writeFile(at('archive/b.wav'), 'no sound');
    expect(await run()).toMatchObject({ files: ALL.slice(0, 2), setAside: [{ item: at('archive/b.wav') }] });
    const [again] = (await run()).setAside;
    expect(again!.reason).toMatch(/\(when it was tried; --retry-failed tries again\)$/);
    expect((await run({ retryFailed: true })).setAside[0]!.reason).not.toMatch(/when it was tried/);
    await copyFile(path.join(sounds, 'b.wav'), at('archive/b.wav'));
    expect(await run()).toEqual({ files: ['out/b.srt'], setAside: [], done: 2 });
  });
});

const toVtt = (name: string): string => name.replace('.srt', '.vtt');

describe('the journal', () => {
  it('cut off anywhere, leads to the same files, and to nothing that is in the way', async () => {
    await run();
    const texts = await Promise.all(ALL.map(text));
    const journal = await readFile(at('out/isogloss-journal.jsonl'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: journal.length }), fc.subarray(ALL), async (length, there) => {
        // As a crash leaves it: what was written had been announced.
        await writeFile(at('out/isogloss-journal.jsonl'), journal.subarray(0, length));
        const announced = journal.subarray(0, length).toString('utf8').split('\n').slice(0, -1).join('\n');
        for (const name of ALL) await rm(at(name), { force: true });
        for (const [i, name] of ALL.entries())
          if (there.includes(name) && announced.includes(`"${name.slice(4)}"`)) await writeFile(at(name), texts[i]!);
        expect((await run()).setAside).toEqual([]);
        expect(await Promise.all(ALL.map(text))).toEqual(texts);
        expect((await run()).files).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('counts a line whose end is missing as not written, though nothing else of it is', async () => {
    await run();
    const journal = await readFile(at('out/isogloss-journal.jsonl'), 'utf8');
    const [done] = /^.*"state":"done".*a\/1\.wav.*$/m.exec(journal)!;
    await writeFile(at('out/isogloss-journal.jsonl'), journal.slice(0, journal.indexOf(done) + done.length));
    expect((await run()).files).toEqual(ALL);
    expect((await run()).files).toEqual([]);
  });

  it('refuses a line that is none, and a second process', async () => {
    await run();
    await appendFile(at('out/isogloss-journal.jsonl'), 'scribble\n{}\n');
    await expect(run()).rejects.toThrow(/no line of a journal/);
    await rm(at('out'), { recursive: true });
    const first = await Batch.open(models[0], [at('archive')], { formats: ['srt'], out: at('out') });
    const items = first.run(await first.plan());
    await items.next();
    // All three may be done by now; in another format there is something to do.
    await expect(run({ formats: ['txt'] })).rejects.toThrow(/are being transcribed here already/);
    await items.return(undefined);
    await first.close();
    await run();
    expect((await readdir(at('out'))).sort()).toEqual(['a', 'b.srt', 'isogloss-journal.jsonl']);
  });

  it('lies in the folder that is named, or where one says; a recording by itself has none', async () => {
    await run({ out: undefined }, ['archive/b.wav']);
    expect(existsSync(at('archive/isogloss-journal.jsonl'))).toBe(false);
    await run({ out: undefined }, ['archive/a']);
    expect(existsSync(at('archive/a/isogloss-journal.jsonl'))).toBe(true);
    await run({ journal: at('mine.jsonl') });
    const lines = (await text('mine.jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string });
    expect(lines.map(({ state }) => state)).toEqual(expect.arrayContaining(['begun', 'writing', 'done', 'ended']));
    expect(lines.at(-1)).toMatchObject({
      state: 'ended',
      recordings: 3,
      failed: [],
      seconds: expect.closeTo(4.5) as number,
    });
  });
});

describe('which recordings', () => {
  it.each(['\n', '\0', '\r\n'])('a list says, parted by %j; the tree in it is kept', async (separator) => {
    const list = [at('archive/a/1.wav'), at('archive/b.wav'), ''].join(separator);
    expect((await run({ filesFrom: '-', stdin: Readable.from([Buffer.from(list)]) }, [])).files).toEqual([
      'out/a/1.srt',
      'out/b.srt',
    ]);
    await writeFile(at('list'), list);
    expect((await run({ filesFrom: at('list') }, [])).done).toBe(2);
    await expect(run({}, [])).rejects.toThrow(/no recording is named/);
    // Before the model, which may be gigabytes to fetch.
    for (const [options, paths] of [
      [{}, ['nofile.wav']],
      [{ filesFrom: at('nofile.wav') }, []],
    ] as const)
      await expect(run(options, paths, 'no/such-model')).rejects.toMatchObject({ place: { file: at('nofile.wav') } });
  });

  it('standard input is one', async () => {
    const sound = await readFile(path.join(sounds, 'b.wav'));
    const batch = await Batch.open(models[0], ['-'], { formats: ['txt'], stdin: Readable.from([sound]) });
    const items = [];
    for await (const item of batch.run(await batch.plan())) items.push(item);
    await batch.close();
    expect(items).toMatchObject([{ file: '-', seconds: 1.5 }]);
    expect((await run({ stdin: Readable.from([sound]) }, ['-'])).files).toEqual(['out/stdin.srt']);
    await expect(run({ stdin: Readable.from([sound]), out: undefined }, ['-'])).rejects.toThrow(/lies in no folder/);
    await expect(run({ filesFrom: '-' }, ['-'])).rejects.toThrow(/named twice/);
  });

  it.each([
    ['a recording', { paths: ['-'] }],
    ['a list', { paths: [], filesFrom: '-' }],
  ])('standard input from which %s never comes is not waited for by who is stopped', async (_, named) => {
    const stopper = new AbortController();
    const places = placesOf({ ...named, stdin: new Readable({ read: () => {} }), signal: stopper.signal });
    setTimeout(() => stopper.abort(new Error('stopped')), 100);
    await expect(places).rejects.toThrow('stopped');
  });

  it('shards part them: each is in one, and what one did is known to all', async () => {
    const parts = await Promise.all([1, 2, 3].map((index) => run({ shard: { index, count: 3 } })));
    expect(parts.flatMap(({ files }) => files).sort()).toEqual(ALL);
    expect(await run()).toEqual({ files: [], setAside: [], done: 3 });
    expect(parseShard('2/3')).toEqual({ index: 2, count: 3 });
    for (const wrong of ['0/3', '4/3', '3', '1/0', 'a/b']) expect(() => parseShard(wrong)).toThrow(/--shard/);
  });
});

it('a dry run counts, measures, and writes nothing', async () => {
  await run({}, ['archive/a', 'archive/a/1.wav']);
  await writeFile(at('archive/broken.wav'), 'no sound');
  const batch = await Batch.open(models[0], [at('archive')], { formats: ['srt'], out: at('new') });
  const estimate = await batch.estimate(await batch.plan());
  await batch.close();
  expect(estimate).toMatchObject({
    recordings: 3,
    seconds: 4.5,
    unknown: 0,
    done: 0,
    setAside: [{ item: at('archive/broken.wav') }],
  });
  expect(estimate.elapsed).toBeCloseTo(4.5 / estimate.speed!);
  expect(existsSync(at('new'))).toBe(false);
});
