import { execa } from 'execa';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { decodeAudio } from '../../src/audio/decode.ts';
import { decodeMany, groupShort, type Stretch } from '../../src/audio/decode-many.ts';
import { findFfmpeg } from '../../src/audio/ffmpeg.ts';
import { writeWav } from '../../src/audio/wav.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);
const files = ['a.ogg', 'b.g722', 'c.mp3', 'd.wav'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'many-'));
  const program = await findFfmpeg();
  for (const [i, file] of files.entries())
    await execa(program, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `sine=frequency=${300 + 100 * i}:duration=${2 + i}`,
      '-ar',
      file.endsWith('.g722') ? '16000' : '22050',
      at(file),
    ]);
});

describe('short recordings', () => {
  it('decoded many at once are what they are decoded one by one: whatever the format, whole or in part', async () => {
    const stretches: Stretch[] = [
      ...files.map((file) => ({ file: at(file) })),
      { file: at('d.wav'), start: 1.25, end: 2.5 },
      { file: at('a.ogg'), end: 1 },
    ];
    const decoded = await decodeMany(stretches, folder);
    for (const [i, { file, ...stretch }] of stretches.entries())
      expect(decoded![i]).toEqual(await decodeAudio(file, stretch));
    expect((await readdir(folder)).filter((name) => name.startsWith('.decoding'))).toEqual([]);
  });

  it('are decoded one by one where one of them is damaged', async () => {
    await writeFile(at('cut.mp3'), await readFile(at('c.mp3')));
    await truncate(at('cut.mp3'), 100);
    expect(await decodeMany([{ file: at('a.ogg') }, { file: at('cut.mp3') }], folder)).toBeUndefined();
  });

  it('are put together up to 32; what is long, empty, missing, cut off or without an end is left out', async () => {
    await writeFile(at('empty.wav'), '');
    await writeFile(at('long.wav'), new Uint8Array(1_100_000));
    await writeFile(at('cut.ogg'), await readFile(at('a.ogg')));
    await truncate(at('cut.ogg'), 4000);
    const odd = [
      { file: at('empty.wav') },
      { file: at('long.wav') },
      { file: at('missing.wav') },
      { file: at('cut.ogg') },
      { file: folder },
      { file: at('d.wav'), start: 1 },
    ];
    const short = Array.from({ length: 70 }, (_, i) => ({ file: at('long.wav'), start: i, end: i + 0.5 }));
    const groups = await groupShort([...odd, ...short]);
    expect(groups.map((group) => group.length)).toEqual([32, 32, 6]);
    expect(groups.flat()).toEqual(short);
  });

  it('that are read without ffmpeg are left out, but for stretches of them', async () => {
    await writeWav(at('plain.wav'), new Float32Array(32000).fill(0.1));
    const part = { file: at('plain.wav'), start: 0.5, end: 1 };
    expect(await groupShort([{ file: at('plain.wav') }, { file: at('d.wav') }, part])).toEqual([
      [{ file: at('d.wav') }, part],
    ]);
  });
});

it('a cache that was filled reads the same as one that was not, and says what is wrong with a recording only when it is read', async () => {
  const [filled, fresh] = [new AudioCache(at('filled')), new AudioCache(at('fresh'))];
  await filled.fill([...files, 'missing.ogg'].map((file) => ({ file: at(file) })));
  expect((await readdir(at('filled'))).length).toBe(files.length);
  for (const file of files) expect(await filled.read(at(file))).toEqual(await fresh.read(at(file)));
  await expect(filled.read(at('missing.ogg'))).rejects.toThrow();
});
