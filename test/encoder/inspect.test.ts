import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectEncoder } from '../../src/encoder/inspect.ts';
import { checkpointFile } from './checkpoint/checkpoints.ts';
import { listEncoders } from '../../src/encoder/list.ts';

const FOLDER = 'test/fixtures/encoders';
const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => name.replace(/\.onnx$/, ''));
const inspected = (name: string): ReturnType<typeof inspectEncoder> =>
  inspectEncoder({ model: path.join(FOLDER, `${name}.onnx`) });

describe('an encoder that is looked into', () => {
  it.each(fixtures)('has four layers of 16 dims and 50 frames a second: %s', async (name) => {
    const found = await inspected(name);
    expect(found).toMatchObject({ own: false, layers: 4, dims: 16, recommended: { cut: 3, train: 'head' } });
    expect(found.frames_per_second).toBeCloseTo(50, 0);
    const spectrogram = /-bert|whisper/.test(name);
    expect(found.receptive_field_seconds).toBe(spectrogram ? null : 0.025);
    // Position convolutions: eight frames, or five layers of five; ends of the first convolutions' own fields beside.
    if (found.reach_seconds !== null) expect(found.reach_seconds).toBeLessThan(1);
    expect(found.parameters).toBeGreaterThan(7_000);
    expect(Object.values(found.weights).reduce((sum, { numbers }) => sum + numbers, 0)).toBe(found.parameters);
    if (/q4|q8|whisper/.test(name))
      expect(found.fine_tuning).toMatchObject({
        trainable: 'nothing',
        why: expect.stringMatching(/quantised \((DynamicQuantize|MatMul)\w+\)|spectrograms/) as string,
      });
    else expect(found.fine_tuning.trainable).toBe('top blocks');
  });

  it.each([
    ['hubert', { trainable: 'all' }],
    ['wav2vec2-bert', { trainable: 'top blocks', why: expect.stringContaining('hears a filter bank') as string }],
  ])('learns down to the sound where it hears it, from weights: %s', async (name, tuning) => {
    expect((await inspectEncoder({ model: checkpointFile(name) })).fine_tuning).toEqual(tuning);
  });

  it('tells types of weights, files beside it, inputs and whether padding does harm', async () => {
    const [plain, half, outside] = [
      await inspected('wav2vec2-ctc-legacy17'),
      await inspected('wav2vec2-ctc-fp16'),
      await inspected('wav2vec2-ctc-external'),
    ];
    expect(Object.keys(plain.weights)).toEqual(['float32']);
    expect(Object.keys(half.weights)).toContain('float16');
    expect(outside.parameters).toBe(plain.parameters);
    expect(outside.bytes).toBeGreaterThan(0.95 * plain.bytes);
    expect(plain.inputs.map(({ name, type }) => [name, type])).toEqual([
      ['input_values', 'float32'],
      ['attention_mask', 'int64'],
    ]);
    expect(plain.padding_is_safe).toBe(false);
    expect((await inspected('wav2vec2-stable-legacy17')).padding_is_safe).toBe(true);
    expect(plain.operators).toMatchObject({ Conv: 8, Softmax: 3 });
  });

  it('has all that the contract of --json names', async () => {
    const found = await inspectEncoder({ model: 'embedded' });
    const [embedded] = await listEncoders();
    expect((await inspectEncoder({ model: 'embedded-small' })).receptive_field_seconds).toBe(0.025);
    expect(Object.keys(found)).toEqual([
      'name',
      'file',
      'hash',
      'own',
      'layers',
      'dims',
      'frames_per_second',
      'receptive_field_seconds',
      'reach_seconds',
      'parameters',
      'bytes',
      'licence',
      'memory_megabytes',
      'real_time_factor',
      'weights',
      'operators',
      'inputs',
      'padding_is_safe',
      'fine_tuning',
      'recommended',
    ]);
    expect(found).toMatchObject({
      own: true,
      layers: embedded!.layers,
      dims: embedded!.dims,
      receptive_field_seconds: 0.065,
      padding_is_safe: true,
      fine_tuning: { trainable: 'all' },
    });
    expect(found.frames_per_second).toBeCloseTo(50, 0);
    expect(Math.abs(found.parameters / embedded!.parameters! - 1)).toBeLessThan(0.01);
    expect(found.recommended.reason).toMatch(/train: \{ top: 2 \}/);
  });

  it('says so where there is none', async () => {
    await expect(inspectEncoder({ model: 'nowhere.onnx' })).rejects.toThrow(/no such encoder/);
  });
});
