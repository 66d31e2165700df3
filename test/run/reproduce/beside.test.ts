import { strFromU8, unzipSync } from 'fflate';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { archiveRun, reproduce, runRecipe, type RunResult } from '../../../src/run/index.ts';
import { writeSmallCorpus } from '../small-corpus.ts';

const HOTWORD = 'kabc';
const SENTENCE = 'su a su b';
let folder: string;
let first: RunResult;
let run: RunResult;
const at = (...names: string[]): string => path.join(folder, ...names);

/** A run that reads more than a corpus: a list of its split, a text, hotwords, and the model of an earlier run. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'beside-'));
  vi.stubEnv('ISOGLOSS_CACHE', at('cache'));
  await writeSmallCorpus(at('mine'));
  const parts = [...'abcdefghijklmnop'].map((id, i) => `${id}\t${i < 8 ? 'train' : i < 12 ? 'dev' : 'test'}\tAna`);
  await writeFile(at('list.tsv'), `id\tsplit\twho\n${parts.join('\n')}\n`);
  await writeFile(at('letters.txt'), `${SENTENCE}\n`);
  const both = {
    language: 'it',
    corpus: at('mine'),
    split: { file: at('list.tsv') },
    training: { epochs: 2 },
  } as const;
  const fresh = { ...both, name: 'small', encoder: { model: 'embedded-small' }, head: { kind: 'linear' } } as const;
  first = await runRecipe(fresh, { runs: at('runs') });
  const decoding = {
    method: 'beam' as const,
    language_model: { order: 2, texts: [at('letters.txt')] },
    hotwords: [HOTWORD],
    ...{ alpha: 0.5, beta: 0.5 },
  };
  const start = path.join(first.folder, 'model');
  run = await runRecipe({ ...both, name: 'further', start, decoding }, { runs: at('runs') });
  await archiveRun(run.folder, { output: at('full.zip'), withTexts: true });
  await archiveRun(run.folder, { output: at('plain.zip') });
}, 180_000);
afterAll(() => {
  vi.unstubAllEnvs();
});

async function textsIn(archive: string): Promise<Map<string, string>> {
  const files = Object.entries(unzipSync(await readFile(archive)));
  const binary = /\.(onnx|bin|safetensors|f32)$/;
  return new Map(files.filter(([name]) => !binary.test(name)).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('an archive of a run that reads more than a corpus', () => {
  it('holds the list, the model it went on from, and with texts those of the language model', async () => {
    const names = Object.keys(unzipSync(await readFile(at('full.zip'))));
    expect(names).toEqual(
      expect.arrayContaining([
        ...['files/split.tsv', 'files/texts/1.txt', 'files/start/model/model.json', 'files/start/model/encoder.onnx'],
        ...['files/start/recipe.lock.yaml', 'files/start/split.tsv'],
      ]),
    );
    const list = (await textsIn(at('full.zip'))).get('files/split.tsv')!;
    expect(list, 'other columns may say who').toMatch(/^id\tsplit\na\ttrain\n/);
  });

  it('names no place of the machine; without texts, no hotword and no sentence either, but what is needed', async () => {
    for (const archive of ['full.zip', 'plain.zip'])
      for (const [name, text] of await textsIn(at(archive))) expect(text, name).not.toContain(folder);
    const plain = await textsIn(at('plain.zip'));
    for (const [name, text] of plain) {
      expect(text, name).not.toContain(HOTWORD);
      if (!name.startsWith('model/')) expect(text, name).not.toContain(SENTENCE);
    }
    expect([...plain.keys()]).not.toContain('files/texts/1.txt');
    const { needed } = await archiveRun(run.folder, { output: at('plain.zip') });
    expect(needed).toEqual([
      { name: 'files/texts/1.txt', what: 'text that its language model learns from' },
      { name: 'files/hotwords.json', what: 'its 1 hotwords, as a list in JSON' },
    ]);
    expect(plain.get('DATA.md')).toContain('- `files/texts/1.txt`: text that its language model learns from');
  });

  it('is not made of a list that has changed since', async () => {
    const list = await readFile(at('list.tsv'), 'utf8');
    await writeFile(at('list.tsv'), list.replace('p\ttest', 'p\ttrain'));
    await expect(archiveRun(run.folder, { output: at('changed.zip') })).rejects.toThrow('p was in test');
    await writeFile(at('list.tsv'), list);
    expect(existsSync(at('changed.zip'))).toBe(false);
  });
});

describe('such an archive, where nothing else is but the corpus', () => {
  beforeAll(async () => {
    vi.stubEnv('ISOGLOSS_CACHE', at('empty cache'));
    await mkdir(at('gone'));
    for (const name of ['runs', 'list.tsv', 'letters.txt']) await rename(at(name), at('gone', name));
  });

  it('is reproduced bit for bit', async () => {
    const options = { runs: at('empty', 'reproduced'), corpus: [at('mine')] };
    const { outcome, known, now } = await reproduce(at('full.zip'), options);
    expect({ outcome, known }).toEqual({ outcome: 'identical', known: false });
    expect(now.test.cer).toBe(run.metrics.test.cer);
    expect(run.metrics.forgetting, 'the earlier model was measured on its own test').toBeDefined();
    expect(await reproduce(at('full.zip'), options)).toMatchObject({ outcome: 'identical', known: true });
  }, 120_000);

  it('asks for what is not in it, and takes nothing else for it', async () => {
    const options = { runs: at('asked'), corpus: [at('mine')] };
    const refusal = await reproduce(at('plain.zip'), options).catch((error: unknown) => error as Error);
    const places = [...(refusal as Error).message.matchAll(/: (.*files\/.*)$/gm)].map((match) => match[1]!);
    expect(places.map((place) => path.basename(place))).toEqual(['1.txt', 'hotwords.json']);
    await mkdir(path.dirname(places[0]!), { recursive: true });
    await writeFile(places[0]!, `${SENTENCE} c\n`);
    await writeFile(places[1]!, '["another"]');
    await expect(reproduce(at('plain.zip'), options)).rejects.toThrow('not the hotwords of the run');
    await writeFile(places[1]!, JSON.stringify([HOTWORD]));
    await expect(reproduce(at('plain.zip'), options)).rejects.toThrow('a file has changed (files/texts/1.txt)');
    await writeFile(places[0]!, `${SENTENCE}\n`);
    expect(await reproduce(at('plain.zip'), options)).toMatchObject({ outcome: 'identical', known: false });
  }, 120_000);
});
