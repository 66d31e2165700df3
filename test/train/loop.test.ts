import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameMask } from '../../src/audio/standardise.ts';
import { buildHead, type HeadSettings } from '../../src/head/head.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { floats } from '../../src/onnx/runtime/session.ts';
import { Random } from '../../src/support/random.ts';
import type { Examples } from '../../src/train/examples.ts';
import { featureExamples } from '../../src/train/feature-examples.ts';
import type { LossScaleState } from '../../src/onnx/training/loss-scale.ts';
import { readCheckpoint } from '../../src/train/checkpoint.ts';
import { train } from '../../src/train/loop.ts';
import type { TrainingResult, TrainingTask } from '../../src/train/task.ts';

const [DIMS, LAYERS, TOKENS] = [12, 2, 5];

/** A language of four sounds: each token lasts five frames and lights up features of its own, in noise. */
function toyExamples(count: number, seed: number): Examples {
  const random = new Random(seed);
  const targets = Array.from({ length: count }, () =>
    Int32Array.from({ length: 3 + random.int(4) }, () => 1 + random.int(TOKENS - 1)),
  );
  const features = targets.map((target) => {
    const frames = Float32Array.from({ length: target.length * 5 * LAYERS * DIMS }, () => 0.3 * random.normal());
    target.forEach((token, i) => {
      for (let t = 1; t < 4; t++)
        for (let layer = 0; layer < LAYERS; layer++) frames[((i * 5 + t) * LAYERS + layer) * DIMS + token * 2]! += 2;
    });
    return frames;
  });
  return featureExamples(
    targets.map((t) => t.length * 5),
    LAYERS * DIMS,
    targets,
    (i, memory) => {
      memory.set(features[i]!);
      return Promise.resolve(features[i]!.length);
    },
  );
}

async function task(kind: HeadSettings['kind'], folder?: string): Promise<TrainingTask> {
  const settings: HeadSettings = { kind, dims: 16, blocks: 1, context: 1, dropout: 0.1 };
  return {
    build: (training) => {
      const network = new Network(training);
      return { network, logits: buildHead(network, settings, { layers: LAYERS, dims: DIMS }, TOKENS) };
    },
    blank: 0,
    train: toyExamples(40, 1),
    dev: toyExamples(10, 2),
    settings: {
      epochs: 12,
      batchFrames: 200,
      learningRate: 0.02,
      schedule: 'cosine',
      warmup: 0.1,
      weightDecay: 0.01,
      clip: 1,
      patience: 12,
      seed: 1,
      specAugment: { timeMasks: 1, timeWidth: 3, featureMasks: 1, featureWidth: 0.1 },
    },
    folder: folder ?? (await mkdtemp(path.join(tmpdir(), 'train-'))),
  };
}
/** What must be equal from run to run: everything but times. */
const figures = (result: TrainingResult): unknown => result.epochs.map((e) => ({ ...e, seconds: 0 }));

describe('training', () => {
  it.each(['linear', 'mlp', 'transformer'] as const)('a %s head learns a toy language', async (kind) => {
    const toy = await task(kind);
    const result = await train({ ...toy, settings: { ...toy.settings, epochs: 40, patience: 40 } });
    // A linear head can't tell a repeated sound from a long one.
    expect(result.best.dev_cer).toBeLessThan(kind === 'linear' ? 0.2 : 0.1);
    expect(result.epochs.at(-1)!.train_loss).toBeLessThan(result.epochs[0]!.train_loss);
  });

  it('gives the same figures and weights twice', async () => {
    const [a, b] = [await train(await task('transformer')), await train(await task('transformer'))];
    expect(figures(a)).toEqual(figures(b));
    expect([...a.weights]).toEqual([...b.weights]);
  });

  it('whose gradients are no numbers for long ends, and says of which weights', async () => {
    const toy = await task('linear');
    const broken: Examples = {
      ...toy.train,
      load: async (batch, random, take) => {
        const loaded = await toy.train.load(batch, random, take);
        (loaded.inputs.features!.data as Float32Array).fill(Number.NaN);
        return loaded;
      },
    };
    await expect(train({ ...toy, train: broken })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^training broke down: gradients of \d+ of \d+ weights are no numbers any more \(head\./,
      ) as string,
      next: 'Lower training.learning_rate in the recipe.',
    });
  });

  it('that is stopped before its first batch is read ends nothing else, also where that can’t be read', async () => {
    const toy = await task('linear');
    const unreadable: Examples = { ...toy.train, load: () => Promise.reject(new Error('it can’t be read')) };
    const unhandled: unknown[] = [];
    const note = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(train({ ...toy, train: unreadable, signal })).rejects.toThrow('stopped');
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('in float16 learns as in float32', async () => {
    const toy = await task('transformer');
    const exact = await train({ ...toy, settings: { ...toy.settings, epochs: 20 } });
    const half = await train({
      ...(await task('transformer')),
      settings: { ...toy.settings, epochs: 20, precision: 'float16' },
    });
    const lossOf = ({ epochs }: TrainingResult): number => epochs.at(-1)!.train_loss;
    expect(Math.abs(lossOf(half) - lossOf(exact))).toBeLessThan(0.1 * lossOf(exact) + 0.02);
    expect(half.weights).not.toEqual(exact.weights);
    expect(half.memory.precision).toBe('float16');
  });

  it.each([
    ['plainly', {}],
    ['with a moving average', { average: 0.9 }],
    ['in float16, whose loss scale has come down', { precision: 'float16' }],
  ] as const)('cut off in the middle of an epoch, ends with the same weights bit for bit: %s', async (_, added) => {
    const averaged = async (folder?: string): Promise<TrainingTask> => {
      const base = await task('transformer', folder);
      return { ...base, settings: { ...base.settings, ...added } };
    };
    const whole = await train(await averaged());
    const folder = await mkdtemp(path.join(tmpdir(), 'train-'));
    const stopper = new AbortController();
    const cut = await averaged(folder);
    let steps = 0;
    const progress = () => ({
      advance: () => void (++steps === 17 && stopper.abort(new Error('killed'))),
      note: () => {},
      done: () => {},
    });
    await expect(train({ ...cut, progress, signal: stopper.signal, checkpointMinutes: 0 })).rejects.toThrow('killed');
    const { lossScale } = (await readCheckpoint(path.join(folder, 'last.ckpt')))!.state as {
      lossScale?: LossScaleState;
    };
    expect(lossScale?.factor ?? 0).toBeLessThan(2 ** 16);
    expect(lossScale !== undefined).toBe('precision' in added);
    const resumed = await train({ ...cut });
    expect([...resumed.weights]).toEqual([...whole.weights]);
    expect(figures(resumed)).toEqual(figures(whole));
    expect((await readFile(path.join(folder, 'last.ckpt'))).length).toBeGreaterThan(0);
  });

  it('a moving average keeps other weights than the last step has, and learns as well', async () => {
    const base = await task('transformer');
    const result = await train({ ...base, settings: { ...base.settings, epochs: 40, patience: 40, average: 0.95 } });
    expect(result.best.dev_cer).toBeLessThan(0.1);
  });

  it('starts from weights that are given, and a rate of zero leaves them as they are', async () => {
    const base = await task('linear');
    const first = await train(base);
    const second = await train({
      ...base,
      folder: await mkdtemp(path.join(tmpdir(), 'train-')),
      start: first.weights,
      optimiser: { rateOf: (name) => (name === 'head.out.bias' ? 1 : 0) },
    });
    expect(second.weights.get('head.out.weight')).toEqual(first.weights.get('head.out.weight'));
    expect(second.weights.get('head.out.bias')).not.toEqual(first.weights.get('head.out.bias'));
  });

  it('two half batches to a step are one whole batch', async () => {
    const base = await task('linear');
    // All targets equally long, so that gradients per token weigh the same in either half.
    const even = (examples: Examples): Examples => ({
      ...examples,
      frames: examples.frames,
      targets: examples.targets.map((t) => t.slice(0, 3)),
    });
    const settings = {
      ...base.settings,
      specAugment: { timeMasks: 0, timeWidth: 0, featureMasks: 0, featureWidth: 0 },
      epochs: 2,
    };
    const build = (training: boolean) => {
      const network = new Network(training);
      return {
        network,
        logits: buildHead(
          network,
          { kind: 'linear', dims: 16, blocks: 1, context: 1, dropout: 0 },
          { layers: LAYERS, dims: DIMS },
          TOKENS,
        ),
      };
    };
    const eight = even(toyExamples(40, 1));
    const same = [...eight.frames.keys()].filter((i) => eight.frames[i] === 20).slice(0, 8);
    const few: Examples = {
      frames: Int32Array.from(same, () => 20),
      targets: same.map((i) => eight.targets[i]!),
      load: (batch, random, allocate) =>
        eight.load({ ...batch, examples: batch.examples.map((i) => same[i]!) }, random, allocate),
    };
    const run = async (batchFrames: number, accumulate: number): Promise<TrainingResult> =>
      train({
        ...base,
        build,
        train: few,
        folder: await mkdtemp(path.join(tmpdir(), 'train-')),
        settings: { ...settings, batchFrames, accumulate, schedule: 'constant', warmup: 0 },
      });
    const padded = 24;
    const [whole, halves] = [await run(padded * same.length, 1), await run((padded * same.length) / 2, 2)];
    expect(same.length % 2).toBe(0);
    for (const [name, data] of whole.weights)
      data.forEach((w, i) => expect(halves.weights.get(name)![i]).toBeCloseTo(w, 4));
  });

  it('stays near where it started, the nearer the harder it is pulled', async () => {
    const base = await task('linear');
    const start = (await train(base)).weights;
    const distance = async (strength: number): Promise<number> => {
      const folder = await mkdtemp(path.join(tmpdir(), 'train-'));
      const { weights } = await train({
        ...base,
        train: toyExamples(40, 3),
        folder,
        start,
        optimiser: { l2Sp: { strength, start } },
      });
      return Math.hypot(
        ...[...weights].flatMap(([name, data]) => Array.from(data, (w, i) => w - start.get(name)![i]!)),
      );
    };
    expect(await distance(30)).toBeLessThan((await distance(0)) * 0.7);
  });

  it('stops early when dev no longer improves', async () => {
    const patient = await task('linear');
    const result = await train({ ...patient, settings: { ...patient.settings, learningRate: 1e-9, patience: 2 } });
    expect(result.epochs.length).toBe(3);
  });

  it('goes on past targets that do not fit their frames', async () => {
    const base = await task('linear');
    const impossible: Examples = {
      ...base.train,
      targets: base.train.targets.map((t, i) => (i === 0 ? new Int32Array(99).fill(1) : t)),
    };
    const result = await train({ ...base, train: impossible });
    expect(Number.isFinite(result.epochs.at(-1)!.train_loss)).toBe(true);
    expect([...result.weights.values()].every((w) => w.every(Number.isFinite))).toBe(true);
  });
});

it('a mask is one on frames that are there', () => {
  expect([...frameMask(Int32Array.of(2, 0), 3)]).toEqual([1, 1, 0, 0, 0, 0]);
  expect(floats(new Float32Array(2), [2]).dims).toEqual([2]);
});
