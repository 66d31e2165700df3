import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { ExcludedText } from '../../src/text/normalise.ts';
import { phonesOf } from '../../src/text/phonemise.ts';

const said = (text: string, language: string) => ({ id: 'a', audio: 'a.wav', text, language });

beforeEach(async () => {
  vi.stubEnv('ISOGLOSS_CACHE', await mkdtemp(path.join(tmpdir(), 'phones-')));
});
afterEach(() => vi.unstubAllEnvs());

it('phones of a text are what espeak-ng would say, words apart', async () => {
  expect(await phonesOf(said('la luna', 'es'), {})).toBe('l a | l u n a');
});

it('phones that were asked for before come from the cache, without espeak-ng', async () => {
  const phones = await phonesOf(said('una casa', 'es'), {});
  vi.stubEnv('PATH', '');
  expect(await phonesOf(said('una casa', 'es'), {})).toBe(phones);
  await expect(phonesOf(said('otra casa', 'es'), {})).rejects.toThrow(InputError);
});

it('phones in the manifest count for themselves; a language that espeak-ng doesn’t know is set aside', async () => {
  expect(await phonesOf({ ...said('x', 'es'), phones: 'a b' }, {})).toBe('a b');
  await expect(phonesOf(said('x', 'nds'), {})).rejects.toThrow(ExcludedText);
});
