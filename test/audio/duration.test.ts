import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { durationOf } from '../../src/audio/duration.ts';
import { temporary } from '../corpus/importers/debian.ts';

const FIXTURES = path.resolve('test/fixtures/corpus');
const durations = JSON.parse(readFileSync(path.join(FIXTURES, 'durations.json'), 'utf8')) as Record<string, number>;

const folder = await temporary('duration');

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

/** An Ogg page of which only what is read matters: its granule position. */
function oggPage(granule: bigint, content: string): Buffer {
  const page = Buffer.alloc(27);
  page.write('OggS');
  page.writeBigInt64LE(granule, 6);
  return Buffer.concat([page, Buffer.from(content, 'latin1')]);
}
const vorbisHead = (rate: number): string => {
  const head = Buffer.alloc(16);
  head.write('\x01vorbis');
  head.writeUInt32LE(rate, 12);
  return head.toString('latin1');
};

describe('the duration by a header', () => {
  it.each(Object.entries(durations))('of %s is what ffmpeg decodes: %f s', async (name, seconds) => {
    // ffmpeg resamples; a millisecond may be missing at the end.
    expect(await durationOf(path.join(FIXTURES, name))).toBeCloseTo(seconds, 2);
  });

  it('of our own WAV files is exact', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(8000, 16000, 22050),
        async (samples, rate) => {
          const file = await fileOf('a.WAV', new Uint8Array());
          await writeWav(file, new Float32Array(samples), rate);
          expect(await durationOf(file)).toBe(samples / rate);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('of a WAV that is cut off, or was written to a pipe, is of what is there', async () => {
    const whole = await readFile(path.join(FIXTURES, 'titled.wav'));
    expect(await durationOf(await fileOf('cut.wav', whole.subarray(0, whole.length - 1600)))).toBeCloseTo(0.2, 5);
    const piped = Buffer.from(whole);
    piped.writeUInt32LE(0xffffffff, piped.indexOf('data') + 4);
    expect(await durationOf(await fileOf('piped.wav', piped))).toBeCloseTo(0.25, 5);
  });

  it('of an Ogg file is that of its last page that has one', async () => {
    const [first, second] = [oggPage(0n, vorbisHead(8000)), oggPage(4000n, 'sound')];
    expect(await durationOf(await fileOf('a.ogg', Buffer.concat([first, second])))).toBe(0.5);
    // No packet ends on the last page: −1 is no duration, and a manifest with one would not be read again.
    expect(await durationOf(await fileOf('b.ogg', Buffer.concat([first, second, oggPage(-1n, 'sou')])))).toBe(0.5);
    expect(
      await durationOf(await fileOf('c.ogg', Buffer.concat([first, second, oggPage(9000n, '').subarray(0, 12)]))),
    ).toBe(0.5);
    expect(await durationOf(await fileOf('d.ogg', Buffer.concat([oggPage(-1n, vorbisHead(8000))])))).toBeUndefined();
    expect(
      await durationOf(await fileOf('e.ogg', Buffer.concat([oggPage(0n, vorbisHead(0)), second]))),
    ).toBeUndefined();
  });

  it('is not known of other formats, nor of files that are not what their names say', async () => {
    expect(await durationOf(await fileOf('a.mp3', Buffer.from('ID3')))).toBeUndefined();
    expect(await durationOf(await fileOf('a.wav', Buffer.from('not sound')))).toBeUndefined();
    expect(
      await durationOf(await fileOf('a.wav', Buffer.from('RIFF\0\0\0\0WAVEdata\0\0\0\0', 'latin1'))),
    ).toBeUndefined();
    expect(await durationOf(await fileOf('a.ogg', Buffer.from('not sound')))).toBeUndefined();
    await expect(durationOf('/nowhere/a.wav')).rejects.toThrow(/ENOENT/);
  });

  it('is a number from zero on or nothing, whatever the bytes', async () => {
    const wordPrefixes = fc.constantFrom(
      '',
      'RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0',
      'OggS\0\0',
      'OggSOpusHead',
      oggPage(5n, vorbisHead(3)).toString('latin1'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a.wav', 'a.ogg', 'a.opus', 'a.g722'),
        wordPrefixes,
        fc.uint8Array({ maxLength: 120 }),
        async (name, beginning, rest) => {
          const seconds = await durationOf(await fileOf(name, Buffer.concat([Buffer.from(beginning, 'latin1'), rest])));
          if (seconds !== undefined) expect(Number.isFinite(seconds) && seconds >= 0, String(seconds)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
