import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { frameCount } from '../src/encoder/own/architecture.ts';
import { loadEncoder } from '../src/encoder/own/encoder.ts';
import { FeatureCache } from '../src/encoder/feature-cache.ts';
import { computeFeatures } from '../src/encoder/features.ts';
import { makeBatches } from '../src/support/batches.ts';
import { Random } from '../src/support/random.ts';
import { median, report } from './timing.ts';

/** Features of two minutes, read, computed and cached as float16, against the encoder's runs on the same batches. */
export async function benchFeatures(): Promise<void> {
  const random = new Random(1);
  const encoder = await loadEncoder('embedded');
  const audio = Array.from({ length: 40 }, () =>
    Float32Array.from({ length: 16000 * (1 + random.int(5)) }, () => random.normal()),
  );
  const seconds = audio.reduce((sum, a) => sum + a.length / 16000, 0);
  const layer = [4];
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  let round = 0;
  const whole = await median(5, () => {
    const cache = new FeatureCache(path.join(folder, String(round++)));
    return computeFeatures(
      encoder,
      layer,
      audio.map((samples, i) => ({ key: String(i), samples: samples.length, read: () => Promise.resolve(samples) })),
      cache,
    );
  });
  const batches = makeBatches(
    audio.map((a) => frameCount(a.length)),
    2000,
  );
  const bare = await median(5, async () => {
    for (const batch of batches)
      await encoder.run(
        batch.examples.map((i) => audio[i]!),
        layer,
        batch.frames,
      );
  });
  report(
    `features of ${seconds} s (real-time factor ${(whole / 1000 / seconds).toFixed(4)})`,
    whole,
    'the encoder alone',
    bare,
  );
  await encoder.release();
  await rm(folder, { recursive: true });
}
