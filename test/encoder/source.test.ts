import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEncoder } from '../../src/encoder/open.ts';
import type { Preprocessor } from '../../src/encoder/exported/preprocessor.ts';
import { findEncoder, kindOf } from '../../src/encoder/source.ts';
import { Random } from '../../src/support/random.ts';
import { fixture, goldenOf, modelBytes, relativeError } from './exported.ts';

/** A folder with these files; what they hold is their name unless told otherwise. */
async function folderOf(files: Record<string, string | object>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hub-layout-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('an encoder in a folder in Hub layout', () => {
  it('is found by its dtype, with what lies beside it and what describes it', async () => {
    const folder = await folderOf({
      'config.json': { model_type: 'hubert' },
      'preprocessor_config.json': { do_normalize: false, sampling_rate: 16000 },
      'onnx/model.onnx': '',
      'onnx/model.onnx_data': '',
      'onnx/model.onnx_data_1': '',
      'onnx/model_fp16.onnx': '',
      'onnx/model_quantized.onnx': '',
    });
    expect(await findEncoder({ model: folder })).toEqual({
      name: folder,
      from: 'folder',
      file: path.join(folder, 'onnx/model.onnx'),
      model: 'onnx/model.onnx',
      data: ['onnx/model.onnx_data', 'onnx/model.onnx_data_1'],
      config: { model_type: 'hubert' },
      preprocessor: { do_normalize: false, sampling_rate: 16000 },
    });
    expect(await findEncoder({ model: folder, dtype: 'q8' })).toMatchObject({
      model: 'onnx/model_quantized.onnx',
      data: [],
    });
  });

  it('may be as Optimum writes it, or only the encoder of two parts', async () => {
    expect(await findEncoder({ model: await folderOf({ 'model.onnx': '' }) })).toMatchObject({ model: 'model.onnx' });
    expect(
      await findEncoder({
        model: await folderOf({ 'onnx/encoder_model_q4.onnx': '', 'onnx/decoder_model_q4.onnx': '' }),
        dtype: 'q4',
      }),
    ).toMatchObject({ model: 'onnx/encoder_model_q4.onnx' });
  });

  it('is not there in another dtype, and the error says which there are', async () => {
    const folder = await folderOf({ 'onnx/model_fp16.onnx': '', 'onnx/model_quantized.onnx': '' });
    await expect(findEncoder({ model: folder })).rejects.toMatchObject({
      message: `${folder} has no encoder in fp32; it has fp16, q8`,
      next: 'Set `encoder.dtype: fp16`.',
    });
    await expect(findEncoder({ model: await folderOf({ 'speech.onnx': '' }) })).rejects.toThrow(
      /no onnx\/model\.onnx and no model\.safetensors, but speech\.onnx/,
    );
  });

  it('is refused where it hears at another rate, or its description is malformed', async () => {
    const model = await folderOf({ 'model.onnx': '', 'preprocessor_config.json': { sampling_rate: 24000 } });
    await expect(findEncoder({ model })).rejects.toMatchObject({
      message: 'the encoder hears 24000 samples a second; isogloss works at 16000',
      place: { file: path.join(model, 'preprocessor_config.json') },
    });
    await expect(
      findEncoder({ model: await folderOf({ 'model.onnx': '', 'preprocessor_config.json': { do_normalize: 'yes' } }) }),
    ).rejects.toThrow(/do_normalize/);
  });
});

it('what a name leads to is told by its form, and a folder that is there comes first', () => {
  const kinds = [
    'embedded',
    'src/onnx',
    'linguists/wav2vec2-tiny',
    'some.where/x_1-y.z',
    'package.json',
    'a/b.onnx',
    'a/b/c',
    '../up',
    '/etc/nothing',
    'a/..',
    'a/.b',
  ].map(kindOf);
  expect(kinds).toEqual(['embedded', 'folder', 'hub', 'hub', 'file', 'file', 'file', 'file', 'file', 'file', 'file']);
});

describe('a bare .onnx file', () => {
  it('takes the description beside it, or above the folder onnx', async () => {
    const folder = await folderOf({
      'x.onnx': '',
      'onnx/y.onnx': '',
      'preprocessor_config.json': { do_normalize: false },
    });
    for (const name of ['x.onnx', 'onnx/y.onnx'])
      expect(await findEncoder({ model: path.join(folder, name) })).toMatchObject({
        from: 'file',
        preprocessor: { do_normalize: false },
      });
    const bare = await findEncoder({ model: path.join(await folderOf({ 'x.onnx': '' }), 'x.onnx') });
    expect(bare).not.toHaveProperty('preprocessor');
  });

  it('that is not there is an error that says what may be named', async () => {
    await expect(findEncoder({ model: 'nowhere/model.onnx' })).rejects.toMatchObject({
      message: 'no such encoder',
      next: expect.stringContaining('Hugging Face Hub') as string,
    });
  });
});

describe('preprocessor_config.json', () => {
  const random = new Random('loud');
  const quiet = Float32Array.from({ length: 9000 }, () => 0.01 * random.normal());
  const loud = quiet.map((x) => 20 * x);
  const layersOf = async (recording: Float32Array, preprocessor?: Preprocessor): Promise<Float32Array> => {
    const encoder = await openEncoder(
      'x',
      modelBytes('wav2vec2-stable-legacy17'),
      preprocessor ? { preprocessor } : {},
    );
    const { layers } = await encoder.run([recording], [0]);
    await encoder.release();
    return layers[0]!;
  };

  it('says whether loudness is taken away; so it is where nothing is said', async () => {
    expect(relativeError(await layersOf(loud), await layersOf(quiet))).toBeLessThan(1e-2);
    expect(await layersOf(loud, { do_normalize: true })).toEqual(await layersOf(loud));
    expect(
      relativeError(await layersOf(loud, { do_normalize: false }), await layersOf(quiet, { do_normalize: false })),
    ).toBeGreaterThan(0.05);
  });

  it('gives features of another name in the cache where they are others', async () => {
    const hashOf = async (preprocessor?: Preprocessor): Promise<string> => {
      const encoder = await openEncoder('x', modelBytes('hubert-legacy14'), preprocessor ? { preprocessor } : {});
      await encoder.release();
      return encoder.hash;
    };
    expect(await hashOf({ do_normalize: true })).toBe(await hashOf());
    expect(await hashOf({ do_normalize: false })).not.toBe(await hashOf());
  });

  it('keeps recordings apart where the encoder never had a mask', async () => {
    const encoder = await openEncoder('x', modelBytes('wav2vec2-stable-legacy17'), {
      preprocessor: { return_attention_mask: false },
    });
    const short = quiet.subarray(0, 5000);
    const alone = (await encoder.run([short], [3])).layers[0]!;
    expect((await encoder.run([short, loud], [3])).layers[0]!.subarray(0, alone.length)).toEqual(alone);
    await encoder.release();
  });

  it('of another kind of input is refused', async () => {
    await expect(
      openEncoder('x', modelBytes('hubert-legacy14'), { preprocessor: { feature_extractor_type: 'SomethingElse' } }),
    ).rejects.toThrow(/wants input made by a SomethingElse/);
  });

  it.each(['wav2vec2-legacy14', 'wav2vec2-stable-legacy17', 'wavlm-legacy17'] as const)(
    'beside %s, taking sound as it is: gives the hidden layers that PyTorch gave',
    async (name) => {
      const folder = await folderOf({
        'preprocessor_config.json': { do_normalize: false, feature_extractor_type: 'Wav2Vec2FeatureExtractor' },
      });
      await cp(fixture(`${name}.onnx`), path.join(folder, 'model.onnx'));
      const { file, preprocessor } = await findEncoder({ model: folder });
      const encoder = await openEncoder(folder, readFileSync(file), { preprocessor });
      const golden = goldenOf(name);
      const { layers, frames } = await encoder.run([golden.get('audio')!.data.subarray(0, 6000)], [0, 1, 2, 3]);
      layers.forEach((layer, i) =>
        expect(relativeError(layer, golden.get(`hidden.${i}`)!.data.subarray(0, frames * encoder.dims))).toBeLessThan(
          1e-4,
        ),
      );
      await encoder.release();
    },
  );
});
