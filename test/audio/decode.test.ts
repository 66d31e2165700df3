import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import wav from 'node-wav';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { decodeAudio, decodeStream } from '../../src/audio/decode.ts';
import { findFfmpeg } from '../../src/audio/find-ffmpeg.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError, WorkError } from '../../src/support/errors.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);
const tone = (seconds: number, hertz: number, rate = 16000, level = 0.5): Float32Array =>
  Float32Array.from({ length: seconds * rate }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate));
const ffmpeg = async (...args: string[]): Promise<unknown> => execa(await findFfmpeg(), ['-v', 'error', '-y', ...args]);
const source = (expression: string): string[] => ['-f', 'lavfi', '-i', expression];

/** Cycles a second, counted by zero crossings away from the edges. */
function frequency(samples: Float32Array): number {
  const middle = samples.subarray(1600, samples.length - 1600);
  let crossings = 0;
  for (let i = 1; i < middle.length; i++) if (middle[i - 1]! < 0 && middle[i]! >= 0) crossings++;
  return (crossings * 16000) / middle.length;
}
const loudest = (samples: Float32Array): number => samples.reduce((a, x) => Math.max(a, Math.abs(x)), 0);

async function refusal(file: string): Promise<InputError> {
  const error = await decodeAudio(file).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).place.file).toBe(file);
  return error as InputError;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'audio-'));
  await writeWav(at('tone.wav'), tone(2, 440));
});

describe('decoding', () => {
  it('gives the samples of a plain WAV as they are', async () => {
    const samples = await decodeAudio(at('tone.wav'));
    expect(samples.length).toBe(32000);
    tone(2, 440).forEach((x, i) => expect(Math.abs(x - samples[i]!)).toBeLessThan(1e-4));
  });

  it.each([9, 9.25, 9.5, 9.75, 10, 11, 20])(
    'loses nothing of %d s on a reader that is slower than ffmpeg, which has long ended by then',
    async (seconds) => {
      const samples = tone(seconds, 440);
      await writeFile(at('slow.wav'), wav.encode([samples], { sampleRate: 16_000, float: true, bitDepth: 32 }));
      let length = 0;
      for await (const block of decodeStream(at('slow.wav'))) {
        if (length === 0) await sleep(500);
        length += block.length;
      }
      expect(length).toBe(samples.length);
    },
  );

  it('brings 96 kHz, 24 bit, 5.1 channels to 16 kHz mono, pitch and level kept', async () => {
    await ffmpeg(
      ...source('sine=frequency=1000:sample_rate=96000:duration=2'),
      '-af',
      'pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0',
      '-c:a',
      'pcm_s24le',
      at('surround.wav'),
    );
    const samples = await decodeAudio(at('surround.wav'));
    expect(samples.length).toBe(32000);
    expect(frequency(samples)).toBeCloseTo(1000, -1);
    expect(loudest(samples)).toBeGreaterThan(0.05);
    expect(loudest(samples)).toBeLessThanOrEqual(1);
  });

  it('takes the sound of a video', async () => {
    await ffmpeg(
      ...source('testsrc=size=64x64:duration=2'),
      ...source('sine=frequency=500:duration=2'),
      '-shortest',
      '-c:v',
      'mpeg4',
      '-c:a',
      'aac',
      at('video.mp4'),
    );
    expect(frequency(await decodeAudio(at('video.mp4')))).toBeCloseTo(500, -1);
  });

  it('knows headerless G.722 by its name', async () => {
    await ffmpeg('-i', at('tone.wav'), '-f', 'g722', at('tone.g722'));
    const samples = await decodeAudio(at('tone.g722'));
    expect(samples.length / 16000).toBeCloseTo(2, 2);
    expect(frequency(samples)).toBeCloseTo(440, -1);
  });

  it('cuts a stretch out', async () => {
    expect((await decodeAudio(at('tone.wav'), { start: 0.5, end: 1.25 })).length).toBe(12000);
  });

  it('streams a long recording in small blocks', async () => {
    await ffmpeg(...source('sine=frequency=300:duration=60'), at('long.flac'));
    let [blocks, total, largest] = [0, 0, 0];
    for await (const block of decodeStream(at('long.flac'))) {
      blocks++;
      total += block.length;
      largest = Math.max(largest, block.length);
    }
    expect(total).toBe(60 * 16000);
    expect(blocks).toBeGreaterThan(5);
    expect(largest).toBeLessThan(200_000);
  });
});

describe('what can’t be decoded is refused with the reason', () => {
  it('a missing file', async () => expect((await refusal(at('none.wav'))).message).toMatch(/no such file/));
  it('a folder', async () => expect((await refusal(folder)).message).toMatch(/folder/));
  it('an empty file', async () => {
    await writeFile(at('empty.wav'), '');
    expect((await refusal(at('empty.wav'))).message).toMatch(/empty/);
  });
  it('text that is called .wav', async () => {
    await writeFile(at('text.wav'), 'this is not a recording\n'.repeat(50));
    expect((await refusal(at('text.wav'))).message).toMatch(/not a recording|no sound/);
  });
  it('a video without sound', async () => {
    await ffmpeg(...source('testsrc=size=64x64:duration=1'), '-c:v', 'mpeg4', at('mute.mp4'));
    expect((await refusal(at('mute.mp4'))).message).toMatch(/no sound/);
  });
  it.each(['wav', 'flac', 'ogg'])('a %s that was cut off', async (format) => {
    const name = at(`cut.${format}`);
    await ffmpeg(...source('sine=frequency=440:sample_rate=16000:duration=5'), '-ac', '1', name);
    const bytes = await readFile(name);
    await writeFile(name, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    expect((await refusal(name)).message).toMatch(/damaged|cut off|invalid/);
  });
});

describe('the audio cache', () => {
  it('decodes a recording once, whatever it is called', async () => {
    const cache = new AudioCache(at('cache'));
    const first = await cache.read(at('tone.wav'));
    await writeFile(at('renamed.wav'), await readFile(at('tone.wav')));
    expect(await cache.key(at('renamed.wav'))).toBe(await cache.key(at('tone.wav')));
    expect(await new AudioCache(at('cache')).read(at('renamed.wav'))).toEqual(first);
  });

  it('keeps nothing under the name of what was there before the recording was replaced', async () => {
    const cache = new AudioCache(at('replaced cache'));
    await writeWav(at('replaced.wav'), tone(1, 440));
    const before = await readFile(at('replaced.wav'));
    await cache.key(at('replaced.wav'));
    await writeWav(at('replaced.wav'), tone(2, 880));
    await expect(cache.read(at('replaced.wav'))).rejects.toThrow('changed while it was read');
    await cache.fill([0, 1].map((start) => ({ file: at('replaced.wav'), start, end: start + 1 })));
    await expect(cache.read(at('replaced.wav'), { start: 0, end: 1 })).rejects.toThrow('changed while it was read');
    await writeFile(at('replaced.wav'), before);
    expect(await new AudioCache(at('replaced cache')).read(at('replaced.wav'))).toHaveLength(16_000);
  });

  it('tells stretches of one recording apart', async () => {
    const cache = new AudioCache(at('cache'));
    expect((await cache.read(at('tone.wav'), { start: 0, end: 0.5 })).length).toBe(8000);
    expect((await cache.read(at('tone.wav'))).length).toBe(32000);
  });

  // A file system of 64 KiB, which only root can make.
  it.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
    'says so when the disk is full, and leaves nothing half-written',
    async (context) => {
      const full = at('full');
      await mkdir(full);
      const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', full]).then(
        () => true,
        () => false,
      );
      if (!mounted) return context.skip('this container may not mount');
      try {
        const error = await new AudioCache(full).read(at('tone.wav')).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(WorkError);
        expect((error as WorkError).message).toMatch(/disk is full/);
        expect(await readdir(full)).toEqual([]);
      } finally {
        await execa('umount', [full]);
      }
    },
  );
});
