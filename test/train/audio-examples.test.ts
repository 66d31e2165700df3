import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSamples } from '../../src/audio/sample-file.ts';
import { paddedSamples } from '../../src/encoder/own/architecture.ts';
import { floatData } from '../../src/onnx/runtime/session.ts';
import { Random } from '../../src/support/random.ts';
import { audioExamples, type RecordingSource } from '../../src/train/audio-examples.ts';

const augment = {
  speed: [0.9, 1.1],
  noise: { probability: 0.5, snr: [5, 30] },
  telephone: 0.5,
  reverberation: { probability: 0.5, decay: [0.1, 0.4] },
  codec: 0.2,
} as const;
const batch = { frames: 104, examples: [0, 1, 2, 3, 4] };

describe('recordings that are changed at random', () => {
  let folder: string;
  const recordings = batch.examples.map((i) =>
    Float32Array.from(
      { length: 20000 + 2500 * i },
      (_, t) => 0.25 * Math.sin(t / (3 + i)) + ((t * 7919) % 500) / 32768,
    ),
  );
  const file = (i: number): string => path.join(folder, `${i}.samples`);
  const read: RecordingSource['read'] = (i) => Promise.resolve(recordings[i]!);
  const load = (sound: RecordingSource) =>
    audioExamples(
      recordings.map(({ length }) => length),
      recordings.map(() => Int32Array.of(1)),
      sound,
      augment,
    ).load(batch, new Random('chance'));

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
    await Promise.all(recordings.map((samples, i) => writeFile(file(i), encodeSamples({ samples, notes: [] }))));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('come out of other threads as out of this one', async () => {
    const [here, apart] = [await load({ read }), await load({ read, decoded: file })];
    expect(apart).toEqual(here);
    expect(new Set(here.frameCounts).size).toBeGreaterThan(3);
    const row = (i: number): Float32Array =>
      floatData(here.inputs.audio!).subarray(i * paddedSamples(104), (i + 1) * paddedSamples(104));
    expect(row(0).reduce((sum, x) => sum + x * x, 0) / 20000).toBeCloseTo(1, 0);
  });

  it('are read anew where the cache has lost them', async () => {
    expect(await load({ read, decoded: (i) => `${file(i)}.gone` })).toEqual(await load({ read }));
  });
});
