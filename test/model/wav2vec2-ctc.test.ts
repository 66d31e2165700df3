import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { standardise } from '../../src/audio/standardise.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { exportModel } from '../../src/export/export.ts';
import { floatData, floats, openSession } from '../../src/onnx/runtime/session.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { smallModel } from './small-model.ts';

interface Described {
  shape: number[];
  sum: number;
  by_place: number;
}

/** What transformers in Python loaded from this very export, and what it made of a sound: test/fixtures/wav2vec2-ctc/golden.py. */
interface Golden {
  model: string;
  tensors: Record<string, Described>;
  logits: number[][];
  text: string;
}

const samples = Float32Array.from({ length: 8000 }, (_, i) => 0.3 * Math.sin(i * 0.05) * Math.sin(i * i * 1e-6));

describe('a linear head on one layer', () => {
  let [folder, golden]: [string, Golden?] = [''];
  beforeAll(async () => {
    const model = await smallModel({ encoder: 'tiny', layers: [1], head: { kind: 'linear' } });
    ({ folder } = await exportModel(model, 'transformers'));
    golden = JSON.parse(await readFile('test/fixtures/wav2vec2-ctc/golden.json', 'utf8')) as Golden;
  });

  it('is exported with the weights that PyTorch’s Wav2Vec2ForCTC read from it, by their names', async () => {
    expect(golden!.model).toBe('Wav2Vec2ForCTC');
    const written = await tensorsOf(path.join(folder, 'model.safetensors'));
    expect(Object.keys(written).sort()).toEqual(Object.keys(golden!.tensors).sort());
    for (const [name, { shape, sum, by_place: byPlace }] of Object.entries(golden!.tensors)) {
      expect(written[name]!.shape, name).toEqual(shape);
      expect(written[name]!.sum, name).toBeCloseTo(sum, 3);
      expect(written[name]!.by_place, name).toBeCloseTo(byPlace, 3);
    }
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ num_hidden_layers: 1, hidden_size: 16, do_stable_layer_norm: true });
  });

  it('gives as ONNX the logits and the text that PyTorch gave', async () => {
    const vocabulary = Vocabulary.fromJson(JSON.parse(await readFile(path.join(folder, 'vocab.json'), 'utf8')));
    const session = await openSession(path.join(folder, 'onnx/model.onnx'));
    const input = new Float32Array(samples.length);
    standardise(samples, input);
    const { logits } = await session.run({ input_values: floats(input, [1, input.length]) });
    const data = floatData(logits!);
    expect(logits!.dims).toEqual([1, golden!.logits.length, vocabulary.size]);
    // Features are rounded to float16 on their way to our head, as in training.
    golden!.logits.flat().forEach((x, i) => expect(Math.abs(data[i]! - x)).toBeLessThan(0.02));
    expect(vocabulary.decode(greedy(data, 0, golden!.logits.length, vocabulary.size, vocabulary.blank))).toBe(
      golden!.text.trim(),
    );
  });
});

it('other models have no such weights: they are more than a Wav2Vec2ForCTC', async () => {
  for (const other of [
    { layers: [2], head: { kind: 'linear' } },
    { layers: [0, 1], head: { kind: 'linear' } },
    { layers: [1], head: { kind: 'mlp' } },
  ] as const) {
    const { files } = await exportModel(await smallModel({ encoder: 'tiny', ...other }), 'transformers');
    expect(files.map(({ name }) => name)).not.toContain('model.safetensors');
  }
});

/** Reads a safetensors file. */
async function tensorsOf(file: string): Promise<Record<string, Described>> {
  const bytes = await readFile(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  delete header.__metadata__;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const data = new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer);
        let [sum, byPlace] = [0, 0];
        data.forEach((x, i) => ([sum, byPlace] = [sum + x, byPlace + (x * (i + 1)) / data.length]));
        return [name, { shape, sum, by_place: byPlace }];
      },
    ),
  );
}
