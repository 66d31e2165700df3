import { execa } from 'execa';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { decodeAudio } from '../../src/audio/decode.ts';
import { decodeMany, groupShort } from '../../src/audio/decode-many.ts';
import { findFfmpeg } from '../../src/audio/find-ffmpeg.ts';
import { openSource } from '../../src/audio/source.ts';
import type { Stretch } from '../../src/audio/stretches.ts';
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

const sources = (...names: string[]) => Promise.all(names.map((name) => openSource(at(name))));

describe('short recordings', () => {
  it('decoded many at once are what they are decoded one by one, whatever the format', async () => {
    const decoded = await decodeMany(await sources(...files), folder);
    for (const [i, file] of files.entries()) expect(decoded![i]).toEqual(await decodeAudio(at(file)));
    expect((await readdir(folder)).filter((name) => name.startsWith('.decoding'))).toEqual([]);
  });

  it('are decoded one by one where one of them is damaged', async () => {
    await writeFile(at('cut.mp3'), await readFile(at('c.mp3')));
    await truncate(at('cut.mp3'), 100);
    expect(await decodeMany(await sources('a.ogg', 'cut.mp3'), folder)).toBeUndefined();
  });

  it('are put together up to 32; what is long, empty, missing, cut off or not a file is left out', async () => {
    await writeFile(at('empty.wav'), '');
    await writeFile(at('large.wav'), new Uint8Array(1_100_000));
    await writeFile(at('cut.ogg'), await readFile(at('a.ogg')));
    await truncate(at('cut.ogg'), 4000);
    // Three minutes of silence in a few kilobytes.
    await execa(await findFfmpeg(), [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'anullsrc=r=16000:cl=mono',
      '-t',
      '180',
      at('long.flac'),
    ]);
    const odd = [...['empty.wav', 'large.wav', 'missing.wav', 'cut.ogg', 'long.flac'].map(at), folder];
    const short = Array.from({ length: 70 }, (_, i) => at(files[i % 4]!));
    const groups = await groupShort([...odd, ...short]);
    expect(groups.map((group) => group.length)).toEqual([32, 32, 6]);
    expect(groups.flat().map(({ file }) => file)).toEqual(short);
  });

  it('that are read without ffmpeg are left out', async () => {
    await writeWav(at('plain.wav'), new Float32Array(32000).fill(0.1));
    const groups = await groupShort([at('plain.wav'), at('d.wav')]);
    expect(groups.flat().map(({ file }) => file)).toEqual([at('d.wav')]);
  });
});

it('a cache that was filled reads the same as one that was not, and says what is wrong with a recording only when it is read', async () => {
  const [filled, fresh] = [new AudioCache(at('filled')), new AudioCache(at('fresh'))];
  const stretches: Stretch[] = [
    ...files.map((file) => ({ file: at(file) })),
    { file: at('d.wav'), start: 1.25, end: 2.5 },
    { file: at('long.flac'), end: 1 },
    { file: at('long.flac'), start: 100.00004, end: 101.3 },
    { file: at('long.flac'), start: 100, end: 190 },
  ];
  await filled.fill([...stretches, { file: at('missing.ogg') }]);
  expect((await readdir(at('filled'))).length).toBe(stretches.length - 1);
  for (const { file, ...part } of stretches.slice(0, -1))
    expect(await filled.read(file, part)).toEqual(await fresh.read(file, part));
  await expect(filled.read(at('missing.ogg'))).rejects.toThrow('no such file');
  for (const cache of [filled, fresh])
    await expect(cache.read(at('long.flac'), stretches.at(-1))).rejects.toThrow('the recording ends at 180 s');
});
