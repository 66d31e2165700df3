import { env, pipeline } from '@huggingface/transformers';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { execa } from 'execa';
import { cp, readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.ts';
import { standardise } from '../../src/audio/standardise.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { exportModel, type ExportResult } from '../../src/export/export.ts';
import { Model } from '../../src/model/model.ts';
import { floatData, floats, openSession } from '../../src/onnx/runtime/session.ts';
import { editDistance } from '../../src/support/edit-distance.ts';
import { transcribe, type Transcript } from '../../src/transcribe/transcribe.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

env.allowRemoteModels = false;

const names = ({ files }: ExportResult): string[] => files.map(({ name }) => name);

/** What `isogloss transcribe` writes down. */
async function transcribed(model: string, file: string): Promise<string> {
  for await (const item of transcribe(model, [file])) return (item as Transcript).text;
  throw new Error('nothing was transcribed');
}

async function recogniser(
  folder: string,
  dtype: 'fp32' | 'fp16' | 'q8',
): Promise<(samples: Float32Array) => Promise<string>> {
  const recognise = await pipeline('automatic-speech-recognition', folder, { dtype });
  return async (samples) => ((await recognise(samples)) as { text: string }).text;
}

describe('an export for transformers', () => {
  let [model, file, exported]: [string, string, ExportResult?] = ['', ''];
  beforeAll(async () => {
    model = await smallModel({ encoder: 'embedded', layers: [1, 3], head: { dims: 64 }, seed: 'head 2' });
    exported = await exportModel(model, 'transformers');
    file = path.join(path.dirname(model), 'sound.wav');
    await writeWav(file, speechlike(5));
  });

  it('writes in transformers.js what `isogloss transcribe` writes', async () => {
    const text = await transcribed(model, file);
    expect(text.length).toBeGreaterThan(20);
    expect(text).toContain(' ');
    const recognise = await recogniser(exported!.folder, 'fp32');
    expect(await recognise(await decodeAudio(file))).toBe(text);
    expect(await recognise(new Float32Array(300))).toBe('');
  });

  it('writes digits and other odd tokens in the order of their ids', async () => {
    const letters = ['1', '2', '10', '7', 'a', 'ɛ̃', 'constructor'];
    const odd = await smallModel({ encoder: 'tiny', layers: [2], letters, seed: 'odd' });
    const { folder } = await exportModel(odd, 'transformers');
    const text = await transcribed(odd, file);
    expect(text).toMatch(/[0-9]/);
    expect(await (await recogniser(folder, 'fp32'))(await decodeAudio(file))).toBe(text);
  });

  it('writes nearly the same with weights of 16 and of 8 bits', async () => {
    const exact = await logitsOf(exported!.folder, 'onnx/model.onnx', file);
    const middle = mean(exact);
    const spread = deviation(
      exact,
      exact.map(() => middle),
    );
    expect(deviation(exact, await logitsOf(exported!.folder, 'onnx/model_fp16.onnx', file))).toBeLessThan(
      0.002 * spread,
    );
    expect(deviation(exact, await logitsOf(exported!.folder, 'onnx/model_quantized.onnx', file))).toBeLessThan(
      0.1 * spread,
    );
    const sizes = Object.fromEntries(exported!.files.map(({ name, bytes }) => [name, bytes]));
    expect(sizes['onnx/model_quantized.onnx']).toBeLessThan(0.75 * sizes['onnx/model.onnx']!);
  });

  it('carries neither layers that its head doesn’t read nor weights that no Wav2Vec2ForCTC has', async () => {
    const graph = fromBinary(ModelProtoSchema, await readFile(path.join(exported!.folder, 'onnx/model.onnx'))).graph!;
    expect(graph.initializer.some(({ name }) => name.startsWith('encoder/blocks.2.'))).toBe(true);
    expect(graph.initializer.some(({ name }) => name.startsWith('encoder/blocks.3.'))).toBe(false);
    expect(names(exported!)).not.toContain('model.safetensors');
  });

  it('leaves nothing half-written in its folder', async () => {
    expect((await readdir(exported!.folder, { recursive: true })).filter((name) => name.endsWith('.partial'))).toEqual(
      [],
    );
    expect(await readdir(exported!.folder)).toEqual(
      expect.arrayContaining([
        'config.json',
        'preprocessor_config.json',
        'special_tokens_map.json',
        'tokenizer.json',
        'tokenizer_config.json',
        'vocab.json',
        'README.md',
      ]),
    );
  });
});

const mean = (xs: Float32Array): number => xs.reduce((a, x) => a + x, 0) / xs.length;
const deviation = (a: Float32Array, b: Float32Array): number => Math.sqrt(mean(a.map((x, i) => (x - b[i]!) ** 2)));

/** Logits of a recording that is standardised before, as a preprocessor does it. */
async function logitsOf(folder: string, name: string, file: string): Promise<Float32Array> {
  const session = await openSession(path.join(folder, name));
  const samples = await decodeAudio(file);
  const input = new Float32Array(samples.length);
  standardise(samples, input);
  return floatData((await session.run({ input_values: floats(input, [1, input.length]) })).logits!);
}

describe('an export as one file', () => {
  it('takes sound of any length as it comes, side by side, and says how to read its logits', async () => {
    const folder = await smallModel({ encoder: 'tiny', layers: [2], head: { kind: 'mlp' } });
    const exported = await exportModel(folder, 'onnx');
    expect(names(exported)).toEqual(['small.onnx']);
    const bytes = await readFile(path.join(exported.folder, 'small.onnx'));
    const metadata = Object.fromEntries(
      fromBinary(ModelProtoSchema, bytes).metadataProps.map(({ key, value }) => [key, value]),
    );
    expect(metadata).toMatchObject({ language: 'it', sample_rate: '16000', blank: '<pad>', word_delimiter: '|' });
    expect(JSON.parse(metadata.vocabulary!)).toEqual(
      JSON.parse(await readFile(path.join(folder, 'vocab.json'), 'utf8')),
    );

    const model = await Model.load(folder);
    const session = await openSession(bytes);
    for (const samples of [1, 399, 400, 401, 719, 720, 5000, 16000, 16077]) {
      const pair = [speechlike(samples / 16000, 1), speechlike(samples / 16000, 2)] as const;
      const together = new Float32Array(2 * samples);
      pair.forEach((x, row) => together.set(x, row * samples));
      const { dims, data } = (await session.run({ audio: floats(together, [2, samples]) })).logits!;
      for (const [row, x] of pair.entries()) {
        const [{ logits, frames }] = (await model.run([x])) as [{ logits: Float32Array; frames: number }];
        expect(dims).toEqual([2, Math.max(1, frames), model.vocabulary.size]);
        const size = dims[1]! * dims[2]!;
        const ours = (data as Float32Array).subarray(row * size, (row + 1) * size);
        logits.forEach((logit, i) => expect(ours[i]).toBeCloseTo(logit, 2));
        // Too short for a frame: the one that a graph must give is blank.
        if (frames === 0) expect(greedy(ours, 0, 1, dims[2]!, model.vocabulary.blank)).toEqual(new Int32Array());
      }
    }
    await model.release();
  });
});

describe('a model with adapters', () => {
  it.each([
    { kind: 'residual', dims: 4, scale: 1 },
    { kind: 'low-rank', dims: 2, scale: 2 },
  ] as const)('is exported with them: $kind', async (adapters) => {
    const [plain, adapted] = [
      await smallModel({ encoder: 'tiny', layers: [1] }),
      await smallModel({ encoder: 'tiny', layers: [1], adapters }),
    ];
    const samples = speechlike(1);
    const logits = async (folder: string): Promise<Float32Array> => {
      const model = await Model.load(folder);
      const [output] = await model.run([samples]);
      await model.release();
      return output!.logits;
    };
    const { folder } = await exportModel(adapted, 'onnx');
    const session = await openSession(path.join(folder, 'small.onnx'));
    const exported = floatData((await session.run({ audio: floats(samples, [1, samples.length]) })).logits!);
    const ours = await logits(adapted);
    ours.forEach((x, i) => expect(exported[i]).toBeCloseTo(x, 2));
    expect(deviation(ours, await logits(plain))).toBeGreaterThan(0.1);
  });
});

describe('an export for sherpa-onnx', () => {
  let [model, folder] = ['', ''];
  beforeAll(async () => {
    model = await smallModel({ encoder: 'embedded', layers: [1, 3], head: { dims: 64 }, seed: 'head 2' });
    ({ folder } = await exportModel(model, 'sherpa'));
  });

  it('has its layout', async () => {
    const lines = (await readFile(path.join(folder, 'tokens.txt'), 'utf8')).split('\n');
    expect(lines.slice(0, 4)).toEqual(['<pad> 0', '<unk> 1', ' 2', '. 3']);
    const session = await openSession(path.join(folder, 'model.onnx'));
    expect([session.inputNames, session.outputNames]).toEqual([['x'], ['logits']]);
  });

  it.skipIf(!installed('sherpa-onnx-node'))(
    'is written down by it as `isogloss transcribe` writes it, near ties aside',
    async () => {
      const file = path.join(path.dirname(model), 'sound.wav');
      await writeWav(file, speechlike(4));
      // In a process of its own: it brings another ONNX Runtime.
      const { stdout } = await execa('node', ['-e', SHERPA, folder, file]);
      expect(stdout.length).toBeGreaterThan(20);
      // It writes a space for each word boundary, however many are in a row; it computes by another ONNX Runtime, and an untrained head has near ties.
      const ours = await transcribed(model, file);
      expect(editDistance(stdout.replace(/\s+/g, ' ').trim(), ours)).toBeLessThanOrEqual(0.1 * ours.length);
    },
  );
});

const SHERPA = `
const { OfflineRecognizer, readWave } = require('sherpa-onnx-node');
const [folder, file] = process.argv.slice(1);
const recogniser = new OfflineRecognizer({ modelConfig: { omnilingual: { model: folder + '/model.onnx' }, tokens: folder + '/tokens.txt', numThreads: 1, debug: 0 } });
const stream = recogniser.createStream();
stream.acceptWaveform(readWave(file));
recogniser.decode(stream);
console.log(recogniser.getResult(stream).text);
`;

/** Not on every platform: it comes as a binary. */
function installed(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

describe('what can’t be exported', () => {
  it('is refused with what to do', async () => {
    await expect(exportModel('src', 'onnx')).rejects.toThrow(/no model here/);
    const folder = await smallModel({ encoder: 'tiny', layers: [1] });
    const run = path.dirname(folder);
    await cp(path.join(folder, 'encoder.onnx'), path.join(run, 'other', 'encoder.onnx'), { recursive: true });
    await expect(exportModel(path.join(run, 'other'), 'onnx')).rejects.toThrow(/made an encoder/);
  });
});
