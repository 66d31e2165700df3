import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { prepare } from '../../src/dataset/prepare.ts';
import { UnusableCorpus } from '../../src/dataset/unusable.ts';
import { recipeSchema, type Recipe } from '../../src/recipe/schema.ts';
import { InputError } from '../../src/support/errors.ts';
import { Random } from '../../src/support/random.ts';

const random = new Random(1);
const noise = (seconds: number): Float32Array =>
  Float32Array.from({ length: seconds * 16_000 }, () => 0.1 * random.normal());

let cache: AudioCache;
beforeAll(async () => {
  cache = new AudioCache(await mkdtemp(path.join(tmpdir(), 'cache-')));
});

async function corpusOf(utterances: readonly Utterance[], seconds: Record<string, number>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'corpus-'));
  for (const [name, length] of Object.entries(seconds)) await writeWav(path.join(folder, name), noise(length));
  await writeManifest(folder, utterances);
  return folder;
}

const recipeFor = (corpus: string, fields: object = {}): Recipe =>
  recipeSchema.parse({
    name: 'x',
    language: 'it',
    corpus,
    split: { test: { minutes: 0.4 }, dev: { minutes: 0.4 } },
    ...fields,
  });

async function failureOf(work: Promise<unknown>): Promise<InputError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

const WORDS = ['casa', 'mare', 'pane', 'luna', 'vento', 'fiume', 'monte', 'sole', 'erba', 'lago'];
/** Five sentences of three seconds in one recording. */
const sentences = (k: number): Utterance[] =>
  [0, 1, 2, 3, 4].map((j) => ({
    id: `r${k}-${j}`,
    audio: `r${k}.wav`,
    start: 3 * j,
    end: 3 * j + 3,
    text: `${WORDS[k]!} ${WORDS[j]!} ${WORDS[(k * j + 3) % 10]!} ${'cdefghilmn'[k]!}`,
  }));

describe('preparing a corpus', () => {
  it('splits recordings that all have one word in common', async () => {
    const utterances = WORDS.flatMap((_, k) => [
      ...sentences(k),
      { id: `r${k}-si`, audio: `r${k}.wav`, start: 15, end: 18, text: 'si' },
    ]);
    const folder = await corpusOf(utterances, Object.fromEntries(WORDS.map((_, k) => [`r${k}.wav`, 18])));
    const { train, dev, test, relaxed } = await prepare(recipeFor(folder), cache);
    expect(train.length).toBeGreaterThan(30);
    expect([dev.length, test.length]).toEqual([8, 8]);
    expect(relaxed).toEqual([]);
  });

  it('splits one long recording by time, and says so', async () => {
    const utterances = Array.from({ length: 30 }, (_, i) => ({
      id: `u${i}`,
      audio: 'story.wav',
      start: 3 * i,
      end: 3 * i + 3,
      text: `${WORDS[i % 10]!} ${WORDS[(7 * i + 3) % 10]!} ${'abc'[Math.floor(i / 10)]!}`,
    }));
    const folder = await corpusOf(utterances, { 'story.wav': 90 });
    const { train, test, relaxed } = await prepare(recipeFor(folder), cache);
    expect(train.length).toBeGreaterThan(9);
    expect(test.length).toBe(8);
    expect(relaxed[0]!.code).toBe('test-recordings-in-train');
  });

  it('takes the split that the manifest has, and of its train the minutes that are asked for', async () => {
    const utterances = [0, 1, 2, 3].flatMap((k) =>
      sentences(k).map((u, j) => ({ ...u, split: (['train', 'train', 'dev', 'test', 'train'] as const)[j]! })),
    );
    const folder = await corpusOf(utterances, { 'r0.wav': 15, 'r1.wav': 15, 'r2.wav': 15, 'r3.wav': 15 });
    const whole = await prepare(recipeFor(folder), cache);
    expect(whole.test.map(({ utterance }) => utterance.id).sort()).toEqual(['r0-3', 'r1-3', 'r2-3', 'r3-3']);
    expect(whole.dev.map(({ utterance }) => utterance.id).sort()).toEqual(['r0-2', 'r1-2', 'r2-2', 'r3-2']);
    expect(whole.train.length).toBe(12);
    expect(whole.relaxed.map(({ code }) => code)).toContain('test-recordings-in-train');
    const little = await prepare(recipeFor(folder, { split: { train: { minutes: 0.25 } } }), cache);
    expect(little.train.length).toBe(5);
    expect(little.test.length).toBe(4);
  });

  it('draws a dev where the published split has none', async () => {
    const utterances = [0, 1, 2, 3].flatMap((k) =>
      sentences(k).map((u) => ({ ...u, split: k === 3 ? ('test' as const) : ('train' as const) })),
    );
    const folder = await corpusOf(utterances, { 'r0.wav': 15, 'r1.wav': 15, 'r2.wav': 15, 'r3.wav': 15 });
    const { train, dev, test } = await prepare(recipeFor(folder), cache);
    expect(test.map(({ utterance }) => utterance.audio)).toEqual(Array.from({ length: 5 }, () => 'r3.wav'));
    expect(new Set(dev.map(({ utterance }) => utterance.audio)).size).toBeGreaterThan(0);
    const heard = new Set(train.map(({ utterance }) => utterance.audio));
    expect(dev.filter(({ utterance }) => heard.has(utterance.audio))).toEqual([]);
  });

  it('takes a split from a list, in the order of the list', async () => {
    const utterances = [0, 1, 2].flatMap(sentences);
    const folder = await corpusOf(utterances, { 'r0.wav': 15, 'r1.wav': 15, 'r2.wav': 15 });
    const file = path.join(folder, 'split.tsv');
    const train = ['r2-0', 'r0-1', 'r1-4', 'r0-0'];
    await writeFile(
      file,
      `\uFEFFid\tsplit\r\n${train.map((id) => `${id}\ttrain\r\n`).join('')}r1-0\tdev\r\nr2-2\ttest\r\n`,
    );
    const prepared = await prepare(recipeFor(folder, { split: { file, train: { minutes: 0.1 } } }), cache);
    expect(prepared.train.map(({ utterance }) => utterance.id)).toEqual(['r2-0', 'r0-1']);
    expect(prepared.test.map(({ utterance }) => utterance.id)).toEqual(['r2-2']);

    await writeFile(file, 'id\tsplit\nr0-0\ttrain\nr9-9\ttest\n');
    const unknown = await failureOf(prepare(recipeFor(folder, { split: { file } }), cache));
    expect(unknown.message).toBe('1 of 2 ids are of no utterance in the corpus (the first: r9-9)');
    await writeFile(file, 'id\tsplit\nr0-0\tlearn\n');
    const wrong = await failureOf(prepare(recipeFor(folder, { split: { file } }), cache));
    expect(wrong.message).toBe('“learn” is none of train, dev, test');
    expect(wrong.place).toEqual({ file, line: 2 });
  });
});

describe('a corpus of which nothing can be used', () => {
  const all = (change: (u: Utterance, i: number) => Partial<Utterance>): Utterance[] =>
    Array.from({ length: 60 }, (_, i) => {
      const utterance = {
        id: `u${i}`,
        audio: 'x.wav',
        start: i / 30,
        end: (i + 1) / 30,
        text: `parola ${WORDS[i % 10]!}`,
      };
      return { ...utterance, ...change(utterance, i) };
    });

  it.each([
    [
      'all names wrong',
      all((_, i) => ({ audio: `audio/${i}.wav` })),
      /^60 of 60 set aside: 60 no such file \(first: 0\.wav\)$/,
      /field audio/,
    ],
    [
      'Windows paths',
      all(() => ({ audio: 'audio\\x.wav' })),
      /60 no such file: write \/ between folders, not \\ \(first:/,
      /with \/ between folders/,
    ],
    [
      'milliseconds',
      all((_, i) => ({ start: 30 * i + 1000, end: 30 * i + 1100 })),
      /60 stretch 1000–1100 s, the recording ends at 2\.9 s: are these milliseconds\? \(first:/,
      /seconds/,
    ],
    [
      'everything in brackets',
      all(() => ({ text: '[rumore]' })),
      /60 it has a sound or a remark in brackets \(first: u0\)/,
      /text\.brackets/,
    ],
  ])('says why: %s', async (_, utterances, what, next) => {
    const folder = await corpusOf(utterances, { 'x.wav': 2.9 });
    const error = await failureOf(prepare(recipeFor(folder), cache));
    expect(error.message).toMatch(what);
    expect(error.next).toMatch(next);
    expect((error as UnusableCorpus).setAside).toHaveLength(60);
  });

  it('but for too few utterances says both', async () => {
    const folder = await corpusOf(
      all((_, i) => (i < 2 ? { start: i, end: i + 1 } : { audio: 'y.wav' })),
      { 'x.wav': 2.9 },
    );
    const error = await failureOf(prepare(recipeFor(folder), cache));
    expect(error.message).toMatch(/^2 utterances .* can’t be divided .*; 58 of 60 set aside: 58 no such file/);
  });
});
