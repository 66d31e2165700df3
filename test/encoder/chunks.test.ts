import { describe, expect, it } from 'vitest';
import { loudnessOf } from '../../src/audio/standardise.ts';
import { FRAME_SAMPLES, frameCount } from '../../src/encoder/own/architecture.ts';
import { encode, encodeInChunks, type ChunkSettings } from '../../src/encoder/chunks.ts';
import type { FrozenEncoder, Hidden } from '../../src/encoder/frozen-encoder.ts';
import { loadEncoder } from '../../src/encoder/own/encoder.ts';
import { openEncoder } from '../../src/encoder/open.ts';
import { speechlike } from '../model/small-model.ts';
import { modelBytes, relativeError } from './exported.ts';

/** An encoder of whose frames each is the loudness of what it sees: what comes of windows can be told exactly. */
const exact: FrozenEncoder = {
  name: 'exact',
  hash: '',
  bytes: new Uint8Array(),
  dims: 1,
  pads: true,
  layerCount: 1,
  run: ([recording]) => {
    const frames = frameCount(recording!.length);
    const data = Float32Array.from({ length: frames }, (_, t) =>
      recording!.subarray(t * FRAME_SAMPLES, t * FRAME_SAMPLES + 400).reduce((sum, x) => sum + x * x, 0),
    );
    return Promise.resolve({ layers: [data], frames, frameCounts: Int32Array.of(frames) });
  },
  release: () => Promise.resolve(),
};

async function joined(
  encoder: FrozenEncoder,
  samples: Float32Array,
  block: number,
  settings: ChunkSettings,
): Promise<number[]> {
  function* blocks(): Generator<Float32Array> {
    for (let at = 0; at < samples.length; at += block) yield samples.subarray(at, at + block);
  }
  const result: number[] = [];
  for await (const { layers, frames } of encodeInChunks(encoder, blocks(), [0], undefined, settings)) {
    expect(layers[0]).toHaveLength(frames);
    result.push(...layers[0]!);
  }
  return result;
}

describe('a long recording in overlapping windows', () => {
  it('has each frame once, where it is in the whole, whatever the lengths', async () => {
    const samples = speechlike(4);
    for (const length of [0, 300, 400, 719, 720, 16_000, 31_999, 32_400, 40_000, 64_000])
      for (const [block, settings] of [
        [1000, { window: 20, context: 4 }],
        [70_000, { window: 9, context: 4 }],
        [399, { window: 100, context: 30 }],
      ] as const) {
        const sound = samples.subarray(0, length);
        const whole = length < 400 ? [] : [...(await exact.run([sound], [0])).layers[0]!];
        expect(await joined(exact, sound, block, settings)).toEqual(whole);
      }
  });

  it('never needs more of it than a window at a time', async () => {
    let given = 0;
    function* endless(): Generator<Float32Array> {
      for (;;) {
        given += 16_000;
        yield new Float32Array(16_000);
      }
    }
    let taken = 0;
    for await (const { frames } of encodeInChunks(exact, endless(), [0], undefined, { window: 500, context: 50 })) {
      taken += frames * FRAME_SAMPLES;
      expect(given - taken).toBeLessThan(501 * FRAME_SAMPLES + 2 * 16_000);
      if (taken > 60 * 16_000) break;
    }
  });

  it('goes in windows only where it is longer than what the encoder takes', async () => {
    const widths: number[] = [];
    const limited: FrozenEncoder = {
      ...exact,
      longest: 40,
      run: (recordings, layers) => {
        widths.push(frameCount(recordings[0]!.length));
        return exact.run(recordings, layers);
      },
    };
    const settings = { window: 50, context: 5 };
    const { frameCounts, layers } = await encode(limited, [speechlike(1), speechlike(0.5)], [0], 60, settings);
    expect([...frameCounts]).toEqual([49, 24]);
    expect(layers[0]).toHaveLength(120);
    expect(widths).toEqual([40, 19, 24]);
    await encode(limited, [speechlike(0.5)], [0], undefined, settings);
    expect(widths.at(-1)).toBe(24);
  });

  /** Layer by layer, how far frames computed in windows are from those of the whole. */
  async function errors(encoder: FrozenEncoder, seconds: number, settings: ChunkSettings): Promise<number[]> {
    const sound = speechlike(seconds, 7);
    const layers = [...Array(encoder.layerCount).keys()];
    const whole = await encoder.run([sound], layers, undefined, loudnessOf(sound));
    const windows: Hidden = await encode(encoder, [sound], layers, undefined, settings);
    expect(windows.frames).toBe(whole.frames);
    return windows.layers.map((layer, l) => relativeError(layer, whole.layers[l]!));
  }

  it('is heard nearly the same by an encoder that knows each frame’s place in the window', async () => {
    const encoder = await loadEncoder('embedded');
    const found = await errors(encoder, 30, { window: 1000, context: 250 });
    // Its lowest layer has the places in it; the higher, the less they matter.
    expect(found).toEqual([...found].sort((a, b) => b - a));
    expect(found.at(-1)).toBeLessThan(0.5);
    await encoder.release();
  });

  it('is heard the same by convolutions, and nearly so by the small encoder’s attention', async () => {
    const encoder = await loadEncoder('embedded-small');
    const found = await errors(encoder, 30, { window: 1000, context: 250 });
    expect(found[0]).toBeLessThan(1e-5);
    expect(Math.max(...found)).toBeLessThan(0.15);
    await encoder.release();
  });

  it('is heard the same by the convolutions of an encoder that others exported', async () => {
    const encoder = await openEncoder('x', modelBytes('wav2vec2-stable-legacy17'));
    const found = await errors(encoder, 10, { window: 200, context: 50 });
    expect(found[0]).toBeLessThan(1e-4);
    await encoder.release();
  });
});
