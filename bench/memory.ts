import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { frameCount } from '../src/encoder/own/architecture.ts';
import { openEncoder } from '../src/encoder/open.ts';
import type { TrainablePart } from '../src/recipe/trainable-part.ts';
import { recipeSchema } from '../src/recipe/schema.ts';
import { sizeInWords } from '../src/support/memory.ts';
import { Random } from '../src/support/random.ts';
import { audioExamples } from '../src/train/audio-examples.ts';
import type { Examples } from '../src/train/examples.ts';
import { featureExamples } from '../src/train/feature-examples.ts';
import { train } from '../src/train/loop.ts';
import type { MemoryMode } from '../src/train/memory.ts';
import { layersOf, openPretrained, type Pretrained } from '../src/train/pretrained.ts';
import { buildTrainable, cachedLayers, cutOf, type Shape } from '../src/train/trainable.ts';

/*
 * How much memory training takes: an epoch on noise, in a process of its own, against what was said beforehand.
 *
 *     npx tsx bench/memory.ts                                    the embedded encoder, from the sound, with batches of 64 seconds
 *     npx tsx bench/memory.ts ENCODER top2 8 10 keep 40          another encoder: what learns, recordings, seconds of each, mode, seconds a batch
 */
const [model = 'embedded', learning = 'all', count = '110', seconds = '0', mode = 'keep', batch = '64'] =
  process.argv.slice(2);
const TOKENS = 40;

if (process.env['ISOGLOSS_BENCH_CHILD']) await trainOnNoise(learning === 'all' ? 'all' : { top: 2 });
else await benchMemory();

async function benchMemory(): Promise<void> {
  for (const chosen of process.argv.length > 2 ? [mode as MemoryMode] : (['keep', 'recompute'] as const)) {
    const { stdout } = await execa(
      'npx',
      ['tsx', import.meta.filename, model, learning, count, seconds, chosen, batch],
      { env: { ISOGLOSS_BENCH_CHILD: '1' }, stderr: 'inherit' },
    );
    console.log(`${model}, ${learning}, batches of ${batch} s, ${chosen}: ${stdout.split('\n').at(-1)}`);
  }
}

async function trainOnNoise(trainable: TrainablePart): Promise<void> {
  const recipe = recipeSchema.parse({ name: 'noise', language: 'und', corpus: 'noise', encoder: { model } });
  const start = await openPretrained(recipe);
  const encoder = await start.open(trainable === 'all' ? undefined : cutOf({ encoder: start }, trainable));
  const layers = layersOf(recipe, start);
  const shape: Shape = {
    encoder,
    head: { kind: 'linear', dims: 256, blocks: 1, context: 0, dropout: 0.1 },
    layers: [layers.at(-1)!],
    tokens: TOKENS,
    adapters: {},
    freeze: 'nothing',
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const cpuBefore = process.cpuUsage();
  const result = await train({
    build: (training) => buildTrainable(shape, trainable, encoder.weights, training),
    blank: 0,
    start: encoder.weights,
    folder,
    train: await noise(Number(count), shape, trainable, start),
    dev: await noise(2, shape, trainable, start),
    settings: {
      epochs: 1,
      batchFrames: Number(batch) * 50,
      learningRate: 1e-4,
      schedule: 'constant',
      warmup: 0,
      weightDecay: 0.01,
      clip: 1,
      patience: 1,
      seed: 1,
      memory: mode as MemoryMode,
      specAugment: { timeMasks: 0, timeWidth: 0, featureMasks: 0, featureWidth: 0 },
    },
  });
  const cpu = process.cpuUsage(cpuBefore);
  const most = process.resourceUsage().maxRSS * 1024;
  const { total } = result.memory.need;
  console.log(
    `expected ${sizeInWords(total)}, measured ${sizeInWords(most)} (${(most / total).toFixed(2)} of it), ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of processor, ${(cpu.system / 1e6).toFixed(1)} of them the system's`,
  );
  await rm(folder, { recursive: true });
}

/** Recordings of one length, or of one to twelve seconds. Below a cut the encoder runs first, as in a run. */
async function noise(
  recordings: number,
  shape: Shape,
  trainable: TrainablePart,
  { name, encoder: bytes, folder, preprocessor }: Pretrained,
): Promise<Examples> {
  const random = new Random('memory');
  const samples = Array.from({ length: recordings }, () =>
    Math.round(16000 * (Number(seconds) || random.between(1, 12))),
  );
  const sound = Float32Array.from({ length: Math.max(...samples) }, () => random.normal());
  const targets = samples.map((n) =>
    Int32Array.from({ length: Math.floor(n / 1600) }, () => 1 + random.int(TOKENS - 1)),
  );
  const read = (i: number): Float32Array => sound.subarray(0, samples[i]);
  const cached = cachedLayers(shape, trainable);
  if (!cached) return audioExamples(samples, targets, { read: (i) => Promise.resolve(read(i)) });
  const encoder = await openEncoder(name, bytes!, { folder, preprocessor });
  const longest = samples.indexOf(Math.max(...samples));
  const {
    layers: [features],
  } = await encoder.run([read(longest)], cached);
  await encoder.release();
  return featureExamples(samples.map(frameCount), encoder.dims, targets, (i, memory) => {
    memory.set(features!.subarray(0, frameCount(samples[i]!) * encoder.dims));
    return Promise.resolve(frameCount(samples[i]!) * encoder.dims);
  });
}
