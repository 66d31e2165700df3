import { execa } from 'execa';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyFile, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { decodeAudio } from '../../src/audio/decode.ts';
import { decodeStretches } from '../../src/audio/decode-stretches.ts';
import { groupShort } from '../../src/audio/decode-many.ts';
import { findFfmpeg } from '../../src/audio/find-ffmpeg.ts';
import { writeWav } from '../../src/audio/wav.ts';

/** Small recordings that were once read wrongly, each of a kind. */
const CASES = path.resolve('test/fixtures/cases');
const inCase = (...names: string[]): string => path.join(CASES, ...names);

let folder: string;
const at = (name: string): string => path.join(folder, name);
const ffmpeg = async (...args: string[]): Promise<unknown> => execa(await findFfmpeg(), ['-v', 'error', '-y', ...args]);
const tone = (seconds: number): Float32Array =>
  Float32Array.from({ length: seconds * 16000 }, (_, i) => 0.3 * Math.sin(i / 7));
/** Seconds until something is heard. */
const firstSound = (samples: Float32Array): number => samples.findIndex((x) => Math.abs(x) > 0.01) / 16000;

async function withNotes(file: string, options = {}): Promise<{ samples: Float32Array; notes: string[] }> {
  const notes: string[] = [];
  return { samples: await decodeAudio(file, { ...options, note: (text) => notes.push(text) }), notes };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cases-'));
  await writeWav(at('tone.wav'), tone(2));
});

describe('unusual recordings are taken whole', () => {
  it.each(['size0.wav', 'sizeff.wav', 'size7f.wav'])('a WAV of a streamed size: %s', async (name) => {
    const bytes = await readFile(inCase('02-streamed-wav-header', 'size0.wav'));
    if (name === 'sizeff.wav') bytes.fill(0xff, 40, 44);
    if (name === 'size7f.wav') bytes.writeUInt32LE(0x7ffff000, 40);
    await writeFile(at(name), bytes);
    const { samples, notes } = await withNotes(at(name));
    expect(samples.length).toBe(46400);
    expect(notes).toEqual([expect.stringContaining('doesn’t say how long it is')]);
  });

  it('a stereo WAV that was written to a pipe, whatever its length', async () => {
    await ffmpeg('-i', at('tone.wav'), '-ac', '2', '-t', '1.2345', at('stereo.wav'));
    const bytes = await readFile(at('stereo.wav'));
    bytes.fill(0xff, bytes.indexOf('data') + 4, bytes.indexOf('data') + 8);
    await writeFile(at('stereo.wav'), bytes);
    expect((await decodeAudio(at('stereo.wav'))).length).toBe(Math.round(1.2345 * 16000));
  });

  it('a WAV whose last samples are missing; not one of which a part is', async () => {
    const bytes = await readFile(at('tone.wav'));
    await writeFile(at('nearly.wav'), bytes.subarray(0, bytes.length - 51));
    const { samples, notes } = await withNotes(at('nearly.wav'));
    expect(samples.length).toBe(32000 - 26);
    expect(notes).toEqual([expect.stringContaining('last few samples')]);
    await writeFile(at('half.wav'), bytes.subarray(0, bytes.length - 32000));
    await expect(decodeAudio(at('half.wav'))).rejects.toThrow('1.0 of 2.0 s of its sound are lost');
  });

  it('an Ogg whose last page doesn’t end the stream, as phones write it', async () => {
    await ffmpeg('-i', at('tone.wav'), at('tone.ogg'));
    const whole = await decodeAudio(at('tone.ogg'));
    const bytes = await readFile(at('tone.ogg'));
    bytes[bytes.lastIndexOf('OggS') + 5]! &= ~4;
    await writeFile(at('open.ogg'), bytes);
    const { samples, notes } = await withNotes(at('open.ogg'));
    expect(Math.abs(samples.length - whole.length)).toBeLessThan(1600);
    expect(notes.join()).toContain('doesn’t say that it is the last');
  });

  it.each(['rf64', 'w64', 'aac', 'amr', 'caf', 'au'])('a whole %s', async (format) => {
    const options = { rf64: ['-rf64', 'always', at('a.wav')], amr: ['-ar', '8000', at('a.3gp')] }[format];
    const args = options ?? [at(`a.${format}`)];
    await ffmpeg('-i', at('tone.wav'), ...(format === 'amr' ? ['-c:a', 'aac'] : []), ...args);
    const { samples, notes } = await withNotes(args.at(-1)!);
    expect(samples.length / 16000).toBeCloseTo(2, 0);
    expect(notes).toEqual([]);
  });

  it('a part lost in the middle is told in seconds', async () => {
    await ffmpeg('-i', at('tone.wav'), at('tone.flac'));
    const bytes = await readFile(at('tone.flac'));
    bytes.fill(0x5a, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6));
    await writeFile(at('middle.flac'), bytes);
    await expect(decodeAudio(at('middle.flac'))).rejects.toThrow(/\d\.\d of 2\.0 s of its sound are lost/);
  });
});

describe('tracks and times', () => {
  const two = inCase('08-audio-track-depends-on-neighbours', 'b_two.mkv');

  it('the default track is taken, alone and among others, and it is said', async () => {
    const { samples, notes } = await withNotes(two);
    expect(notes).toEqual([expect.stringMatching(/^2 tracks of sound.*track 2 was taken/)]);
    expect(samples).toEqual(await decodeAudio(two, { track: 2 }));
    expect(samples).not.toEqual(await decodeAudio(two, { track: 1 }));
    const groups = await groupShort([inCase('08-audio-track-depends-on-neighbours', 'a_other.mp3'), two]);
    expect(groups.flat().map(({ file }) => path.basename(file))).toEqual(['a_other.mp3']);
    await expect(decodeAudio(two, { track: 3 })).rejects.toThrow('it has no track 3');
  });

  it('one channel is heard alone', async () => {
    await ffmpeg('-i', at('tone.wav'), '-af', 'pan=stereo|c0=c0|c1=0*c0', '-c:a', 'pcm_s16le', at('left.wav'));
    const loudest = (samples: Float32Array): number => samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(loudest(await decodeAudio(at('left.wav'), { channel: 1 }))).toBeCloseTo(0.3, 2);
    expect(loudest(await decodeAudio(at('left.wav'), { channel: 2 }))).toBe(0);
    await expect(decodeAudio(at('left.wav'), { channel: 3 })).rejects.toThrow('it has 2 channels, no channel 3');
  });

  it('a track that starts late begins with silence; a gap stays as long as it is', async () => {
    const late = await decodeAudio(inCase('09-media-timeline-lost', 'audio-starts-at-3s.mp4'));
    expect(late.length / 16000).toBeCloseTo(5.9, 1);
    expect(firstSound(late)).toBeGreaterThan(2.9);
    expect(firstSound(late)).toBeLessThan(3.2);
    const gap = await decodeAudio(inCase('09-media-timeline-lost', 'gap-2s-to-12s.mka'));
    expect(gap.length / 16000).toBeCloseTo(16.2, 1);
    expect(gap.subarray(4 * 16000, 11 * 16000).every((x) => Math.abs(x) < 1e-3)).toBe(true);
    expect(firstSound(gap.subarray(11 * 16000))).toBeGreaterThan(0.5);
  });

  it(
    'a stretch is to the sample what the whole has there, whatever the format and however it is read',
    { tags: ['slow'] },
    async () => {
      await ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=311:sample_rate=44100:duration=9', at('long.wav'));
      for (const name of ['b.mp3', 'b.m4a', 'b.ogg', 'b.flac', 'b.mkv']) await ffmpeg('-i', at('long.wav'), at(name));
      const names = [...['b.mp3', 'b.m4a', 'b.ogg', 'b.flac', 'b.mkv', 'long.wav'].map(at)];
      const part = { start: 4.00303, end: 6.71 };
      const cache = new AudioCache(at('cache'));
      for (const file of [...names, inCase('09-media-timeline-lost', 'gap-2s-to-12s.mka')]) {
        const expected = (await decodeAudio(file)).subarray(
          Math.round(part.start * 16000),
          Math.round(part.end * 16000),
        );
        expect(await decodeAudio(file, part)).toEqual(expected);
        await cache.fill([
          { file, ...part },
          { file, start: 0, end: 1 },
        ]);
        expect(await cache.read(file, part)).toEqual(expected);
        expect(await cache.length(file, part)).toBe(expected.length);
      }
    },
  );

  it('a stretch beyond the end is refused with the reason', async () => {
    const file = inCase('25-times-beyond-end', 'x.wav');
    const refusal = (start: number, end: number) => decodeAudio(file, { start, end }).catch((error: unknown) => error);
    expect(await refusal(1, 60)).toMatchObject({ message: 'stretch 1-60 s, the recording ends at 2.9 s' });
    expect(await refusal(1000, 2500)).toMatchObject({ next: expect.stringContaining('milliseconds?') as string });
    expect((await decodeAudio(file, { start: 1, end: 3 })).length).toBe(46400 - 16000);
  });
});

describe('samples', () => {
  it('above full scale stay as they are, in the cache too', async () => {
    const file = inCase('19-float-above-full-scale', 'hot.wav');
    const peak = (samples: Float32Array): number => samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const decoded = await decodeAudio(file);
    expect(peak(decoded)).toBeCloseTo(3.92, 2);
    await new AudioCache(at('hot')).read(file);
    expect(await new AudioCache(at('hot')).read(file)).toEqual(decoded);
  });

  it('of a quiet 24-bit recording keep their bits; those of 16 bits take no more room', async () => {
    const quiet = Float32Array.from({ length: 16000 }, (_, i) => (Math.round(500 * Math.sin(i / 9)) + 0.5) / 2 ** 22);
    await writeFile(at('quiet.f32'), new Uint8Array(quiet.buffer));
    await ffmpeg(
      '-f',
      'f32le',
      '-ar',
      '16000',
      '-ac',
      '1',
      '-i',
      at('quiet.f32'),
      '-c:a',
      'pcm_s24le',
      at('quiet.wav'),
    );
    const cache = new AudioCache(at('bits'));
    await cache.read(at('quiet.wav'));
    const kept = await cache.read(at('quiet.wav'));
    quiet.forEach((x, i) => expect(Math.abs(kept[i]! - x)).toBeLessThan(2 ** -23));
    await cache.read(at('tone.wav'));
    const sizes = await Promise.all(
      (await readdir(at('bits'))).map(async (name) => (await readFile(at(`bits/${name}`))).length),
    );
    expect(sizes.map((size) => Math.round(size / 1000)).sort()).toEqual([64, 64]);
  });

  it('that are no numbers are named', async () => {
    await expect(decodeAudio(inCase('40-nan-sample', 'one-nan.wav'))).rejects.toThrow('sample 100 is not a number');
    const samples = tone(1);
    samples[7000] = -Infinity;
    await writeFile(at('infinite.f32'), new Uint8Array(samples.buffer));
    const raw = ['-f', 'f32le', '-ar', '16000', '-ac', '1', '-i', at('infinite.f32')];
    await ffmpeg(...raw, '-c:a', 'pcm_f32le', at('infinite.wav'));
    await expect(decodeAudio(at('infinite.wav'))).rejects.toThrow('sample 7000 is infinite (at 0.438 s)');
  });

  it('of one a second are not believed', async () => {
    await expect(decodeAudio(inCase('41-sample-rate-1hz', 'audio-597-b.wav'))).rejects.toThrow('1 samples a second');
  });

  it('that were changed in the cache are decoded again', async () => {
    const cache = new AudioCache(at('flipped'));
    const whole = await cache.read(at('tone.wav'));
    const [name] = await readdir(at('flipped'));
    const bytes = await readFile(at(`flipped/${name}`));
    for (const changed of [bytes.subarray(0, bytes.length >> 1), Buffer.from(bytes).fill(7, 5000, 5001)]) {
      await writeFile(at(`flipped/${name}`), changed);
      expect(await new AudioCache(at('flipped')).read(at('tone.wav'))).toEqual(whole);
    }
  });
});

describe('recordings of hours', { tags: ['slow'] }, () => {
  let hours: string;
  beforeAll(async () => {
    hours = at('hours.flac');
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '9000', '-frame_size', '65535', hours);
  });

  it('are no utterance: that is said before they are decoded', async () => {
    const cache = new AudioCache(at('hours'));
    const startedAt = performance.now();
    await cache.fill([1, 2, 3, 4].map((start) => ({ file: hours, start })));
    for (const part of [{}, { start: 100 }, { start: 0, end: 4000 }]) {
      await expect(cache.read(hours, part)).rejects.toThrow('longer than 10 minutes');
      await expect(decodeAudio(hours, part)).rejects.toThrow('longer than 10 minutes');
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect((await decodeAudio(hours, { start: 8000, end: 8001 })).length).toBe(16000);
  });

  it('are none either where their header doesn’t say how long they are', async () => {
    const bytes = await readFile(hours);
    // STREAMINFO's number of samples, 0 for unknown.
    bytes[21]! &= 0xf0;
    bytes.fill(0, 22, 26);
    await writeFile(at('unknown.flac'), bytes);
    const file = at('unknown.flac');
    await expect(decodeAudio(file)).rejects.toThrow('longer than 10 minutes');
    const cache = new AudioCache(at('unknown'));
    await cache.fill([
      { file, start: 1 },
      { file, start: 2 },
      { file, start: 5, end: 6 },
    ]);
    await expect(cache.read(file, { start: 1 })).rejects.toThrow('longer than 10 minutes');
    expect((await cache.read(file, { start: 5, end: 6 })).length).toBe(16000);
  });

  it('are cut out together, unless their stretches lie over each other without end', async () => {
    const file = at('ten.flac');
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '590', file);
    const stretches = Array.from({ length: 60 }, (_, i) => ({ file, start: i }));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5);
    const before = process.memoryUsage().arrayBuffers;
    const found: unknown[] = [];
    for await (const one of decodeStretches(stretches, folder)) found.push(one);
    clearInterval(watch);
    expect(found).toEqual([]);
    expect(most - before).toBeLessThan(1.3e9);
    const apart = Array.from({ length: 59 }, (_, i) => ({ file, start: 10 * i, end: 10 * i + 10 }));
    for await (const { result } of decodeStretches(apart, folder))
      expect((result as { samples: Float32Array }).samples.length).toBe(160_000);
  });
});

describe('a name is a name, and a file one file', () => {
  it
    .skipIf(process.platform === 'win32')
    .each([
      '12:31.wav',
      'concat:tone.wav|tone.wav',
      'pipe:0',
      'data:audio',
      'subfile,,start,0,end,9,,:tone.wav',
      '-i.wav',
      '%03d.wav',
      'a b\'"$x.wav',
    ])('%s', async (name) => {
    await mkdir(at('names'), { recursive: true });
    // As stereo, so that it goes through ffmpeg.
    await ffmpeg('-i', inCase('15-colon-in-name', 'colon.wav'), '-ac', '2', '-f', 'wav', at('names/plain.wav'));
    await copyFile(at('names/plain.wav'), at(`names/${name}`));
    const expected = await decodeAudio(at('names/plain.wav'));
    expect(await decodeAudio(at(`names/${name}`))).toEqual(expected);
    expect(await decodeAudio(path.relative(process.cwd(), at(`names/${name}`)))).toEqual(expected);
  });

  it('playlists are not followed, neither to files nor to addresses', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await copyFile(at('tone.wav'), at('sub.wav'));
    await mkdir(at('secret'));
    await copyFile(at('tone.wav'), at('secret/s.wav'));
    const names = await readdir(inCase('43-playlists'));
    for (const name of names) {
      const text = await readFile(inCase('43-playlists', name), 'utf8');
      const file = at(`p-${name}`);
      await writeFile(file, text.replaceAll('127.0.0.1:8765', address).replace('../secret', 'secret'));
      await expect(decodeAudio(file), name).rejects.toThrow(/playlist|not a recording|no sound/);
      await expect(decodeAudio(file, { track: 1 }), name).rejects.toThrow(/not a recording/);
    }
    server.close();
    expect(names.length).toBeGreaterThan(5);
    expect(asked).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('pipes and devices are refused at once', async () => {
    await execa('mkfifo', [at('pipe.wav')]);
    for (const file of [at('pipe.wav'), '/dev/zero']) {
      await expect(decodeAudio(file)).rejects.toThrow('a pipe or a device');
      await expect(new AudioCache(at('none')).read(file)).rejects.toThrow('a pipe or a device');
    }
  });
});
