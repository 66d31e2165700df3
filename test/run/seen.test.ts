import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { recipeSchema, type Recipe } from '../../src/recipe/schema.ts';
import { lookOf } from '../../src/run/seen.ts';

let folder: string;
let recipe: Recipe;
const at = (name: string): string => path.join(folder, name);
const look = (): Promise<string | undefined> => lookOf(recipe, at('runs'));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seen-'));
  for (const name of ['corpus/a.wav', 'corpus/b.wav', 'speech/c.wav']) await writeWav(at(name), new Float32Array(160));
  await writeManifest(at('corpus'), [
    { id: 'a', audio: 'a.wav', text: 'a' },
    { id: 'b', audio: 'b.wav', text: 'b' },
  ]);
  await writeFile(at('split.tsv'), 'id\tsplit\na\ttrain\n');
  await writeFile(at('words.txt'), 'a b\n');
  recipe = recipeSchema.parse({
    ...{ name: 'a', language: 'it', corpus: at('corpus'), untranscribed: at('speech') },
    split: { file: at('split.tsv') },
    decoding: { method: 'beam', language_model: { texts: [at('words.txt')] } },
  });
});

it('a recipe’s files look the same until one is changed, added or taken away', async () => {
  const changes: [string, () => Promise<unknown>][] = [
    ['a recording', () => utimes(at('corpus/a.wav'), 1, 1)],
    ['the manifest', () => utimes(at('corpus/manifest.jsonl'), 1, 1)],
    ['the split', () => writeFile(at('split.tsv'), 'id\tsplit\n')],
    ['a text', () => writeFile(at('words.txt'), 'a b c\n')],
    ['untranscribed speech', () => writeWav(at('speech/d.wav'), new Float32Array(160))],
    ['a recording that goes', () => rm(at('corpus/b.wav'))],
  ];
  let before = await look();
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  for (const [what, change] of changes) {
    expect(await look()).toBe(before);
    await change();
    const after = await look();
    expect(after, what).not.toBe(before);
    before = after;
  }
  expect(before, 'what is missing is set aside, and no reason to look into all the others').toBeDefined();
});

it('what can’t be told from outside has no look: a corpus that isn’t here', async () => {
  expect(await lookOf({ ...recipe, corpus: 'asterisk-ru' }, at('runs'))).toBeUndefined();
});
