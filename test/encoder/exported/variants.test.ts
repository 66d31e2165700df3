import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../src/encoder/features.ts';
import { frameCount } from '../../../src/encoder/own/architecture.ts';
import { findEncoder } from '../../../src/encoder/source.ts';
import { openEncoder } from '../../../src/encoder/open.ts';
import { openUpper } from '../../../src/encoder/exported/split.ts';
import type { FrozenEncoder } from '../../../src/encoder/frozen-encoder.ts';
import { readJson } from '../../../src/support/files.ts';
import type { Preprocessor } from '../../../src/encoder/exported/preprocessor.ts';
import { filterBank, whisperSpectrogram } from '../../../src/encoder/exported/spectrogram.ts';
import { fixture, goldenOf, relativeError } from '../exported.ts';

const fixtureFolder = fixture('');
const open = async (name: string, preprocessor?: Preprocessor): Promise<FrozenEncoder> =>
  openEncoder(name, await readFile(fixture(`${name}.onnx`)), { folder: fixtureFolder, preprocessor });
const preprocessorOf = async (name: string): Promise<Preprocessor> =>
  (await readJson(fixture(`${name}.preprocessor_config.json`))) as Preprocessor;

/** What PyTorch gives for the float32 original, and how far rounding may lead away from it. */
const stored = [
  { name: 'wav2vec2-ctc-legacy17', golden: 'wav2vec2-ctc-legacy17', within: 1e-4 },
  { name: 'wav2vec2-ctc-external', golden: 'wav2vec2-ctc-legacy17', within: 1e-4 },
  { name: 'wav2vec2-ctc-fp16', golden: 'wav2vec2-ctc-legacy17', within: 2e-3 },
  { name: 'wav2vec2-ctc-q8', golden: 'wav2vec2-ctc-legacy17', within: 0.02 },
  { name: 'wav2vec2-stable-q8-all', golden: 'wav2vec2-stable-legacy17', within: 0.1 },
  { name: 'wav2vec2-ctc-q4', golden: 'wav2vec2-ctc-legacy17', within: 0.1 },
] as const;

describe('an encoder however its weights are stored', () => {
  it.each(stored)('$name: its hidden layers are PyTorch’s within $within', async ({ name, golden, within }) => {
    const encoder = await open(name, { do_normalize: false });
    const expected = goldenOf(golden);
    const audio = expected.get('audio')!;
    // The first recording of the two: it has no padding.
    const { layers } = await encoder.run([audio.data.subarray(0, audio.dims[1])], [0, 1, 2, 3]);
    for (const [i, layer] of layers.entries()) {
      const { dims, data } = expected.get(`hidden.${i}`)!;
      expect(layer).toHaveLength(dims[1]! * dims[2]!);
      const error = relativeError(layer, data.subarray(0, layer.length));
      expect(error).toBeLessThan(within);
      if (within > 1e-4) expect(error).toBeGreaterThan(1e-5);
    }
    await encoder.release();
  });

  it.each(['wav2vec2-ctc-q8', 'wav2vec2-stable-q8-all', 'wav2vec2-ctc-q4'])(
    '%s: does not learn, and says why',
    async (name) => {
      await expect(openUpper(await readFile(fixture(`${name}.onnx`)), 1)).rejects.toThrow(
        /quantised .*float32 file|quantised/,
      );
    },
  );

  it('learns in float16, and with its weights in a file beside it, as in one file', async () => {
    const [whole, outside] = await Promise.all(
      ['wav2vec2-ctc-legacy17', 'wav2vec2-ctc-external'].map(async (name) =>
        openUpper(await readFile(fixture(`${name}.onnx`)), 2, { folder: fixtureFolder }),
      ),
    );
    expect(outside!.weights).toEqual(whole!.weights);
    const half = await openUpper(await readFile(fixture('wav2vec2-ctc-fp16.onnx')), 2);
    for (const [name, data] of half.weights) expect(relativeError(data, whole!.weights.get(name)!)).toBeLessThan(1e-3);
  });

  it('is another one when the weights beside it are others, and says which file is missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'outside-'));
    for (const end of ['', '_data'])
      await copyFile(
        fixture(`wav2vec2-ctc-external.onnx${end}`),
        path.join(folder, `wav2vec2-ctc-external.onnx${end}`),
      );
    const bytes = await readFile(fixture('wav2vec2-ctc-external.onnx'));
    const [here, there] = [await open('wav2vec2-ctc-external'), await openEncoder('x', bytes, { folder })];
    expect(there.hash).toBe(here.hash);
    await Promise.all([here.release(), there.release()]);
    const data = path.join(folder, 'wav2vec2-ctc-external.onnx_data');
    const numbers = await readFile(data);
    numbers[5]! ^= 1;
    await writeFile(data, numbers);
    const changed = await openEncoder('x', bytes, { folder });
    expect(changed.hash).not.toBe(here.hash);
    await changed.release();
    await rm(data);
    await expect(openEncoder('x', bytes, { folder })).rejects.toMatchObject({
      message: expect.stringMatching(/weights are in this file, which is missing/) as string,
      place: { file: data },
    });
    await expect(openEncoder('x', bytes)).rejects.toThrow(/in another file, wav2vec2-ctc-external\.onnx_data/);
  });
});

describe('spectrograms, as Python’s feature extractors make them', () => {
  it.each([
    [80, 'features.0'],
    [128, 'features128.0'],
  ] as const)('Whisper’s, %i bins', async (bins, key) => {
    const golden = goldenOf('whisper-legacy17');
    const { input } = await (
      await whisperSpectrogram(bins, await preprocessorOf('whisper-legacy17'))
    )(golden.get('audio.0')!.data);
    expect(input.dims).toEqual([1, bins, 3000]);
    const { dims, data } = golden.get(key)!;
    const made = input.data as Float32Array;
    for (const [i, x] of data.entries())
      expect(made[Math.floor(i / dims[1]!) * 3000 + (i % dims[1]!)]).toBeCloseTo(x, 4);
  });

  it('Whisper’s, the same as transformers.js computes with its silence', async () => {
    const { WhisperFeatureExtractor } = await import('@huggingface/transformers');
    const whole = new WhisperFeatureExtractor({
      feature_size: 80,
      sampling_rate: 16000,
      n_fft: 400,
      hop_length: 160,
      n_samples: 480_000,
      nb_max_frames: 3000,
    });
    const make = await whisperSpectrogram(80);
    for (const samples of [100, 480_000]) {
      const sound = Float32Array.from({ length: samples }, (_, i) => 0.2 * Math.sin((i * i) / 5e5));
      const expected = (await whole._call(sound)).input_features.data as Float32Array;
      const made = (await make(sound)).input.data as Float32Array;
      for (const [i, x] of expected.entries())
        if (Math.abs(made[i]! - x) > 1e-5) throw new Error(`${samples} samples, ${i}: ${made[i]!}, not ${x}`);
    }
  });

  it.each([0, 1])('Wav2Vec2-BERT’s, recording %i', async (i) => {
    const golden = goldenOf('wav2vec2-bert-legacy17');
    const { input, mask } = await (
      await filterBank(await preprocessorOf('wav2vec2-bert-legacy17'))
    )(golden.get(`audio.${i}`)!.data);
    const { dims, data } = golden.get(`features.${i}`)!;
    expect(input.dims).toEqual([1, ...dims]);
    for (const [k, x] of data.entries()) expect((input.data as Float32Array)[k]).toBeCloseTo(x, 4);
    expect(Array.from(mask!.data as BigInt64Array, Number)).toEqual([...golden.get(`mask.${i}`)!.data]);
  });
});

describe('an encoder that hears spectrograms', () => {
  it.each([
    ['whisper-legacy17', 0],
    ['wav2vec2-bert-legacy17', 0],
    ['wav2vec2-bert-legacy17', 1],
  ] as const)('%s: recording %i has PyTorch’s hidden layers', async (name, i) => {
    const golden = goldenOf(name);
    const sound = golden.get(`audio.${i}`)!.data;
    for (const preprocessor of [undefined, await preprocessorOf(name)]) {
      const encoder = await open(name, preprocessor);
      const { layers, frameCounts } = await encoder.run([sound], [0, 1, 2, 3]);
      expect(frameCounts[0]).toBe(frameCount(sound.length));
      for (const [k, layer] of layers.entries()) {
        const {
          dims: [there, dims],
          data,
        } = golden.get(`hidden.${k}.${i}`)!;
        const masked = golden.get(`mask.${i}`)?.data.indexOf(0) ?? -1;
        const frames = Math.min(frameCounts[0]!, masked === -1 ? there! : masked);
        expect(frames).toBeGreaterThanOrEqual(frameCounts[0]! - 1);
        expect(relativeError(layer.subarray(0, frames * dims!), data.subarray(0, frames * dims!))).toBeLessThan(1e-4);
      }
      await encoder.release();
    }
  });

  it.each(['whisper-legacy17', 'wav2vec2-bert-legacy17'])(
    '%s: gives a recording the same layers alone and beside others, however short',
    async (name) => {
      const encoder = await open(name);
      const sound = goldenOf(name).get('audio.0')!.data;
      const recordings = [sound, sound.subarray(0, 500), new Float32Array(0)];
      const together = await encoder.run(recordings, [1, 3]);
      for (const [row, recording] of recordings.entries()) {
        const alone = await encoder.run([recording], [1, 3]);
        expect(rowOf(together, row, encoder.dims)).toEqual(rowOf(alone, 0, encoder.dims));
        expect(together.layers[1]!.every(Number.isFinite)).toBe(true);
      }
      await encoder.release();
    },
  );

  it('is frozen, and says so', async () => {
    await expect(openUpper(await readFile(fixture('whisper-legacy17.onnx')), 1)).rejects.toThrow(/hears spectrograms/);
  });

  it('is refused with a preprocessor_config.json for something else', async () => {
    await expect(open('whisper-legacy17', { feature_extractor_type: 'Wav2Vec2FeatureExtractor' })).rejects.toThrow(
      /is for a Wav2Vec2FeatureExtractor/,
    );
    await expect(open('whisper-legacy17', { feature_extractor_type: 'ClapFeatureExtractor' })).rejects.toThrow(
      /ClapFeatureExtractor, which isogloss has not/,
    );
    expect((await findEncoder({ model: fixture('whisper-legacy17.onnx') })).preprocessor).toBeUndefined();
  });
});
