import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { encodeMp3, encodeSound } from '../../src/audio/encode.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { describePreview } from '../../src/dataset/describe-preview.ts';
import { prepare } from '../../src/dataset/prepare.ts';
import { previewCorpora, type CorpusPreview } from '../../src/dataset/preview.ts';
import { recipeSchema, type Recipe } from '../../src/recipe/schema.ts';
import { InputError } from '../../src/support/errors.ts';
import { Random } from '../../src/support/random.ts';

const random = new Random(1);
const noise = (seconds: number): Float32Array =>
  Float32Array.from({ length: seconds * 16_000 }, () => 0.1 * random.normal());
const WORDS = ['casa', 'mare', 'pane', 'luna', 'vento', 'fiume', 'monte', 'sole', 'erba', 'lago'];

/** Four recordings of five sentences each, of four kinds, and what can't be used. */
let corpus: string;
beforeAll(async () => {
  corpus = await mkdtemp(path.join(tmpdir(), 'corpus-'));
  const write = async (name: string, bytes: Promise<Uint8Array>): Promise<void> =>
    writeFile(path.join(corpus, name), await bytes);
  await writeWav(path.join(corpus, 'r0.wav'), noise(15));
  await write('r1.flac', encodeSound(noise(15), ['-c:a', 'flac', '-f', 'flac']));
  await write('r2.ogg', encodeSound(noise(15), ['-c:a', 'libopus', '-f', 'ogg']));
  await write('r3.mp3', encodeMp3(noise(15)));
  await writeFile(path.join(corpus, 'notes.wav'), 'no sound');
  const sentences = ['r0.wav', 'r1.flac', 'r2.ogg', 'r3.mp3'].flatMap((audio, k) =>
    [0, 1, 2, 3, 4].map((j) => ({
      ...{ id: `r${k}-${j}`, audio, start: 3 * j, speaker: k < 2 ? 'Efisia' : 'Antioco' },
      ...(j === 4 ? {} : { end: 3 * j + 3 }),
      text: `${WORDS[k]!}, ${WORDS[j]!} ${WORDS[(k * j + 3) % 10]!}?`,
    })),
  );
  await writeManifest(corpus, [
    ...sentences,
    { id: 'gone', audio: 'gone.wav', text: 'pane' },
    { id: 'lost', audio: 'lost.wav', text: 'pane' },
    { id: 'far', audio: 'r0.wav', start: 60_000, end: 61_000, text: 'pane' },
    { id: 'notes', audio: 'notes.wav', text: 'pane' },
    { id: 'laugh', audio: 'r0.wav', text: '[laughs]' },
  ] satisfies Utterance[]);
});

const recipeFor = (fields: object = {}): Recipe =>
  recipeSchema.parse({
    ...{ name: 'x', language: 'it', corpus, split: { test: { minutes: 0.2 }, dev: { minutes: 0.2 } } },
    ...fields,
  });

const previewOf = async (recipe: Recipe): Promise<CorpusPreview> => {
  const preview = await previewCorpora(recipe);
  if ('toFetch' in preview) throw new Error('not here');
  return preview;
};

describe('a preview of a corpus', () => {
  it('has the split and the reasons that a run then has', async () => {
    const preview = await previewOf(recipeFor());
    const cache = new AudioCache(await mkdtemp(path.join(tmpdir(), 'cache-')));
    const prepared = await prepare(recipeFor(), cache);
    for (const part of ['train', 'dev', 'test'] as const) {
      const minutes = prepared[part].reduce((sum, { samples }) => sum + samples, 0) / 16_000 / 60;
      expect(preview.parts[part].utterances).toBe(prepared[part].length);
      expect(preview.parts[part].minutes).toBeCloseTo(minutes, 2);
    }
    expect(preview.all).toEqual({ utterances: 20, minutes: expect.closeTo(1, 2) as number, speakers: 2 });
    expect(preview.relaxed).toEqual(prepared.relaxed);
    const { setAside } = prepared;
    expect(preview.setAside.reduce((sum, { count }) => sum + count, 0)).toBe(setAside.length);
    expect(preview.setAside.map(({ code, count, first }) => [code, count, first])).toEqual([
      ['no-file', 2, 'gone.wav'],
      ['excluded-text', 1, 'laugh'],
      ['beyond-recording', 1, 'r0.wav'],
      [undefined, 1, 'notes.wav'],
    ]);
    expect(preview.text).toEqual(prepared.text);
  });

  it('decodes only what doesn’t say how long it is: a FLAC that was written to a pipe', async () => {
    const decoding = vi.spyOn(AudioCache.prototype, 'length');
    await previewOf(recipeFor());
    expect(decoding.mock.calls.map(([file]) => path.basename(file))).toEqual(['r1.flac']);
    decoding.mockRestore();
  });

  it('says in lines what there is, what goes, and what can’t be written', async () => {
    const lines = describePreview(
      await previewOf(recipeFor({ decoding: { method: 'beam', hotwords: ['Casa', 'Żyto'] } })),
    );
    expect(lines[0]).toBe('corpus: 20 utterances, 1.0 minutes, 2 speakers');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}train \d+ utterances, 0\.\d minutes, 2 speakers$/));
    expect(lines).toContainEqual(expect.stringMatching(/^set aside: 2 × no such file \(first: gone\.wav\)$/));
    expect(lines).toContain('left out of the texts: , (U+002C) 20 ×, casa, → casa, mare, → mare, pane, → pane');
    expect(lines).toContainEqual(expect.stringMatching(/^inventory of \d+: [a-z] \d+, [a-z] \d+/));
    expect(lines.at(-1)).toBe('hotword Żyto: no training transcript has all its letters; it will be left out');
  });

  it('refuses what a run would refuse', async () => {
    const silent = await mkdtemp(path.join(tmpdir(), 'corpus-'));
    await writeManifest(silent, [{ id: 'a', audio: 'a.wav', text: 'pane' }]);
    const nothing = await previewCorpora(recipeFor({ corpus: silent })).catch((error: unknown) => error);
    expect(nothing).toBeInstanceOf(InputError);
    expect((nothing as InputError).message).toMatch(/1 of 1 set aside: 1 no such file/);
    await writeManifest(silent, [{ id: 'a', audio: 'a.wav', text: 'pane 3' }]);
    await expect(previewCorpora(recipeFor({ corpus: silent }))).rejects.toThrow(/digits in “pane 3”/);
  });

  it('fetches nothing', async () => {
    expect(await previewCorpora(recipeFor({ corpus: 'asterisk-ru' }))).toEqual({ toFetch: ['asterisk-ru'] });
  });
});
