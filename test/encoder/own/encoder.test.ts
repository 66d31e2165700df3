import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameCount, paddedSamples } from '../../../src/encoder/own/architecture.ts';
import { embeddedFile } from '../../../src/encoder/own/embedded.ts';
import { loadEncoder, type Encoder } from '../../../src/encoder/own/encoder.ts';
import { FeatureCache } from '../../../src/encoder/feature-cache.ts';
import { computeFeatures, rowOf } from '../../../src/encoder/features.ts';
import { Random } from '../../../src/support/random.ts';

const random = new Random(1);
const speechlike = (seconds: number): Float32Array => {
  let last = 0;
  return Float32Array.from(
    { length: Math.round(seconds * 16000) },
    (_, i) => (last = 0.9 * last + 0.1 * random.normal() * (1 + Math.sin(i / 800))),
  );
};

describe('frames', () => {
  it('are one every 20 ms, as Wav2Vec2 counts them', () => {
    expect(frameCount(399)).toBe(0);
    expect(frameCount(400)).toBe(1);
    expect(frameCount(16000)).toBe(49);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (frames) => {
        expect(frameCount(paddedSamples(frames))).toBe(frames);
      }),
    );
  });
});

describe.each(['embedded', 'embedded-small'] as const)('the encoder %s', (name) => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await loadEncoder(name);
  });
  afterAll(() => encoder.release());

  it('is small enough to come along', async () => {
    expect((await stat(embeddedFile(name))).size).toBeLessThan({ embedded: 25e6, 'embedded-small': 12e6 }[name]);
  });

  it('gives a recording the same features alone and padded beside longer ones', async () => {
    const recordings = [speechlike(0.7), speechlike(2.3), speechlike(1.1)];
    const layers = [0, 3, encoder.layerCount - 1];
    const { dims } = encoder.architecture;
    const together = await encoder.run(recordings, layers);
    for (const [row, recording] of recordings.entries()) {
      const alone = rowOf(await encoder.run([recording], layers), 0, dims);
      const padded = rowOf(together, row, dims);
      expect(padded.length).toBe(frameCount(recording.length) * layers.length * dims);
      const worst = alone.reduce((most, x, i) => Math.max(most, Math.abs(x - padded[i]!)), 0);
      expect(worst).toBeLessThan(1e-3);
    }
  });

  it('does not mind how loud a recording is', async () => {
    const recording = speechlike(1);
    const [a, b] = [await encoder.run([recording], [3]), await encoder.run([recording.map((x) => x * 0.2)], [3])];
    expect(Math.max(...a.layers[0]!.map((x, i) => Math.abs(x - b.layers[0]![i]!)))).toBeLessThan(0.02);
  });
});

describe('features', () => {
  it('are computed once, cached as float16, and come back frame by frame', async () => {
    const encoder = await loadEncoder('random');
    const cache = new FeatureCache(await mkdtemp(path.join(tmpdir(), 'features-')));
    const audio = [speechlike(0.5), speechlike(1.5), speechlike(0.9)];
    const recordings = audio.map((samples, i) => ({
      key: `audio ${i}`,
      samples: samples.length,
      read: () => Promise.resolve(samples),
    }));
    const first = await computeFeatures(encoder, [1, 2], recordings, cache);
    expect(first).toMatchObject({ computed: 3, cached: 0 });
    expect(first.realTimeFactor).toBeGreaterThan(0);
    const again = await computeFeatures(encoder, [1, 2], recordings, cache);
    expect(again).toMatchObject({ computed: 0, cached: 3 });
    for (const [i, samples] of audio.entries()) {
      const stored = await cache.read({ audio: `audio ${i}`, encoder: encoder.hash, layers: [1, 2] });
      const exact = rowOf(await encoder.run([samples], [1, 2]), 0, encoder.architecture.dims);
      expect(stored.length).toBe(exact.length);
      const largest = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      expect(stored.every((x, k) => Math.abs(x - exact[k]!) < 2e-3 * largest)).toBe(true);
    }
    await encoder.release();
  });

  it.each([
    ['has a flipped bit', (bytes: Buffer) => ((bytes[100]! ^= 1), bytes)],
    ['is half as long', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['is empty', () => Buffer.alloc(0)],
  ])('are computed anew where their file %s', async (_, change) => {
    const encoder = await loadEncoder('random');
    const folder = await mkdtemp(path.join(tmpdir(), 'features-'));
    const cache = new FeatureCache(folder);
    const samples = speechlike(0.5);
    const recordings = [{ key: 'a', samples: samples.length, read: () => Promise.resolve(samples) }];
    const key = { audio: 'a', encoder: encoder.hash, layers: [1] };
    await computeFeatures(encoder, [1], recordings, cache);
    const right = await cache.read(key);
    const name = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.f16'))!;
    const file = path.join(folder, name);
    await writeFile(file, change(await readFile(file)));
    await expect(cache.read(key)).rejects.toThrow(/damaged/);
    expect(await computeFeatures(encoder, [1], recordings, cache)).toMatchObject({ computed: 1, damaged: 1 });
    expect(await cache.read(key)).toEqual(right);
    await encoder.release();
  });

  it('go on where they were cut off', async () => {
    const encoder = await loadEncoder('random');
    const cache = new FeatureCache(await mkdtemp(path.join(tmpdir(), 'features-')));
    const recordings = [1, 2, 3].map((i) => ({
      key: `r${i}`,
      samples: 16000 * i,
      read: () => (i === 3 && !mended ? Promise.reject(new Error('cut')) : Promise.resolve(speechlike(i))),
    }));
    let mended = false;
    await expect(computeFeatures(encoder, [0], recordings, cache)).rejects.toThrow('cut');
    mended = true;
    const { cached, computed } = await computeFeatures(encoder, [0], recordings, cache);
    expect(cached + computed).toBe(3);
    await encoder.release();
  });

  it('are shared out between those that need them at the same time', async () => {
    const encoder = await loadEncoder('embedded-small');
    const folder = await mkdtemp(path.join(tmpdir(), 'features-'));
    const recordings = Array.from({ length: 48 }, (_, i) => ({
      key: `r${i}`,
      samples: 800 * (4 + i),
      read: () => Promise.resolve(speechlike((4 + i) / 20)),
    }));
    const each = await Promise.all(
      [1, 2].map(() => computeFeatures(encoder, [0], recordings, new FeatureCache(folder))),
    );
    for (const { cached, computed } of each) expect(cached + computed).toBe(48);
    expect(each.reduce((sum, { computed }) => sum + computed, 0)).toBeLessThan(2 * 48);
    expect((await computeFeatures(encoder, [0], recordings, new FeatureCache(folder))).computed).toBe(0);
    await encoder.release();
  });

  it('refuses what is no encoder', async () => {
    await expect(loadEncoder('nowhere.onnx')).rejects.toThrow(/no such encoder/);
    await expect(loadEncoder('package.json')).rejects.toThrow(/not an encoder/);
  });
});
