import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectEncoder } from '../../src/encoder/inspect.ts';
import { licenceOf } from '../../src/encoder/licence.ts';
import { isNonCommercial } from '../../src/encoder/published.ts';
import { findEncoder } from '../../src/encoder/source.ts';
import { suggestEncoders } from '../../src/run/suggest-encoders.ts';
import { checkpointFile } from './checkpoint/checkpoints.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'published-'));
  for (const name of ['config.json', 'model.safetensors'])
    await copyFile(checkpointFile('hubert', name), path.join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

const withCard = (front: string): Promise<void> =>
  writeFile(path.join(folder, 'README.md'), `---\n${front}\n---\n# An encoder\n`);

describe('an encoder’s licence', () => {
  it('is what its card says, and said to be non-commercial where it is', async () => {
    const source = await findEncoder({ model: folder });
    expect(await licenceOf(source)).toBeUndefined();
    await withCard('language: [sw]\nlicense: cc-by-nc-sa-4.0\ntags: [speech]');
    expect(await licenceOf(source)).toEqual({ name: 'cc-by-nc-sa-4.0', commercial: false });
    await withCard('license: other\nlicense_name: community-2');
    expect(await licenceOf(source)).toEqual({ name: 'community-2', commercial: true });
    for (const front of ['license: [', 'title: none', '- a list']) {
      await withCard(front);
      expect(await licenceOf(source)).toBeUndefined();
    }
  });

  it('is known of what serious work starts from', async () => {
    const source = await findEncoder({ model: checkpointFile('hubert') });
    expect(await licenceOf({ ...source, name: 'facebook/mms-300m' })).toEqual({
      name: 'CC-BY-NC-4.0',
      commercial: false,
    });
    expect(await licenceOf({ ...source, name: 'facebook/wav2vec2-xls-r-300m' })).toEqual({
      name: 'Apache-2.0',
      commercial: true,
    });
    expect(await licenceOf({ ...source, name: 'embedded' })).toMatchObject({ commercial: true });
  });

  it('tells commercial from non-commercial by its name', () => {
    expect(['cc-by-nc-4.0', 'CC-BY-NC-SA-4.0', 'some-noncommercial-terms'].every(isNonCommercial)).toBe(true);
    expect(['apache-2.0', 'mit', 'cc-by-sa-3.0', 'openrail', 'ncsa'].some(isNonCommercial)).toBe(false);
  });

  it('stands in what inspect says, with memory and speed here', async () => {
    await withCard('license: cc-by-nc-4.0');
    const found = await inspectEncoder({ model: folder });
    expect(found.licence).toEqual({ name: 'cc-by-nc-4.0', commercial: false });
    expect(found.memory_megabytes).toBe(500);
    expect(found.real_time_factor).toBeGreaterThan(0);
  });
});

it('encoders to try are named by what a corpus has and the licence must allow', async () => {
  const lines = Array.from({ length: 6 }, (_, i) =>
    JSON.stringify({ id: `${i}`, audio: `${i}.wav`, text: 'a', duration: 100 }),
  );
  await writeFile(path.join(folder, 'manifest.jsonl'), `${lines.join('\n')}\n`);
  const all = await suggestEncoders(folder);
  expect(all.minutes).toBeCloseTo(10);
  expect(all.encoders[0]).toMatchObject({ model: 'embedded', megabytes: 0, licence: 'CC-BY-SA-3.0' });
  expect(all.encoders.map(({ model }) => model)).toEqual(
    expect.arrayContaining(['utter-project/mHuBERT-147', 'facebook/wav2vec2-xls-r-300m', 'facebook/mms-1b']),
  );
  for (const { minutes, memory_megabytes: memory } of all.encoders) expect(minutes * memory).toBeGreaterThan(0);
  expect(all.language).toBeUndefined();
  const swahili = await suggestEncoders(folder, { language: 'swh' });
  expect(swahili.language).toBe('sw');
  expect(swahili.encoders.filter((encoder) => encoder.heard_language).map(({ model }) => model)).toEqual(
    expect.arrayContaining(['embedded', 'utter-project/mHuBERT-147', 'facebook/wav2vec2-xls-r-300m']),
  );
  const notHere = path.join(folder, 'not-here');
  await mkdir(notHere);
  await copyFile('corpora/fillets-cs/source.yaml', path.join(notHere, 'source.yaml'));
  await expect(suggestEncoders(notHere)).rejects.toThrow('is not here yet');
  await expect(suggestEncoders(folder, { language: 'Sardinian' })).rejects.toThrow('sc (Sardinian)');
  // Sardinian is in mHuBERT-147's list, not in XLS-R's: what has heard it comes first of what is to be fetched.
  await writeFile(
    path.join(folder, 'manifest.jsonl'),
    `${lines.map((line) => line.replace('{', '{"language":"srd",')).join('\n')}\n`,
  );
  const sardinian = await suggestEncoders(folder);
  expect(sardinian.language).toBe('sc');
  expect(sardinian.encoders.map((encoder) => [encoder.model, encoder.heard_language])).toEqual(
    expect.arrayContaining([
      ['embedded', false],
      ['utter-project/mHuBERT-147', true],
      ['facebook/wav2vec2-xls-r-1b', false],
    ]),
  );
  const commercial = await suggestEncoders(folder, { commercial: true });
  expect(commercial.encoders.every((encoder) => encoder.commercial)).toBe(true);
  expect(commercial.encoders.map(({ model }) => model)).not.toContain('utter-project/mHuBERT-147');
});
