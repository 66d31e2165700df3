import { afterEach, describe, expect, it, vi } from 'vitest';
import { buildEncoder } from '../../src/encoder/own/network.ts';
import { linear } from '../../src/onnx/graph/layers.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { WorkError } from '../../src/support/errors.ts';
import { audioExamples } from '../../src/train/audio-examples.ts';
import { memoryOfRecipe, planTraining, type MemoryMode } from '../../src/train/memory.ts';
import type { TrainingTask } from '../../src/train/task.ts';

/** A small encoder trained from the sound, on recordings of up to eight seconds in batches of 120. */
function task(memory?: MemoryMode): TrainingTask {
  const samples = Array.from({ length: 30 }, (_, i) => 16000 * (1 + (i % 8)));
  const examples = audioExamples(
    samples,
    samples.map(() => Int32Array.of(1)),
    { read: () => Promise.resolve(new Float32Array()) },
  );
  return {
    build: (training) => {
      const network = new Network(training);
      const { hidden } = buildEncoder(network, {
        convWidths: [32, 32, 32, 32, 32, 32, 32],
        dims: 32,
        blocks: 2,
        heads: 2,
        feedForward: 64,
        positionKernel: 3,
        positionGroups: 4,
      });
      return { network, logits: linear(network, hidden.at(-1)!, 'head.out', 5) };
    },
    blank: 0,
    train: examples,
    dev: examples,
    folder: 'none',
    settings: {
      epochs: 1,
      batchFrames: 6000,
      learningRate: 1e-3,
      schedule: 'constant',
      warmup: 0,
      weightDecay: 0,
      clip: 1,
      patience: 1,
      seed: 1,
      ...(memory ? { memory } : {}),
      specAugment: { timeMasks: 0, timeWidth: 0, featureMasks: 0, featureWidth: 0 },
    },
  };
}
const planned = (memory?: MemoryMode) => planTraining(task(memory));
/** As if the process had taken the same at all times. */
const steady = (): void => void vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(200e6);
const withMemory = (bytes: number): void =>
  void vi.spyOn(process, 'constrainedMemory').mockReturnValue(Math.round(bytes));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the memory that a training needs', () => {
  it(
    'decides whether what is inside blocks is kept, and a training that fits neither way is refused',
    { tags: ['slow'] },
    async () => {
      steady();
      withMemory(1.2 * (await planned('keep')).need.total);
      const [keep, recompute] = [await planned('keep'), await planned('recompute')];
      expect(recompute.need.kept).toBeLessThan(0.5 * keep.need.kept);
      expect(recompute.need.total).toBeLessThan(keep.need.total);
      expect((await planned()).mode).toBe('keep');
      withMemory((keep.need.total + recompute.need.total) / 2);
      expect((await planned()).mode).toBe('recompute');
      const insisted = await planned('keep').catch((error: unknown) => error);
      expect(insisted).toBeInstanceOf(WorkError);
      expect((insisted as WorkError).next).toBe('Set training.memory to `recompute`, or remove it.');
      withMemory(0.95 * recompute.need.total);
      const refused = (await planned().catch((error: unknown) => error)) as WorkError;
      expect(refused.message).toMatch(
        /^training would take about \d+(\.\d G| M)iB of memory, and \d+(\.\d G| M)iB are free \(.* for weights, .* kept for the backward pass, .* at work\)$/,
      );
      const lower = Number(/Lower training\.batch_seconds from 120 to (\d+)/.exec(refused.next)?.[1]);
      expect(lower).toBeGreaterThan(60);
      expect(lower).toBeLessThan(120);
      withMemory(1e6);
      expect(((await planned().catch((error: unknown) => error)) as WorkError).next).toMatch(
        /^Let less of the encoder learn/,
      );
    },
  );

  it('is more where ONNX Runtime keeps what it has worked with, as it may where there is plenty', async () => {
    steady();
    const roomy = await planned();
    expect(roomy.pooled).toBe(true);
    withMemory(1.9 * roomy.need.total);
    const lean = await planned();
    expect(lean.pooled).toBe(false);
    expect(lean.need.total).toBeLessThan(roomy.need.total);
    expect(lean.need.kept).toBe(roomy.need.kept);
  });

  it('is said of a recipe, stage by stage', async () => {
    const stages = [
      { train: 'head', epochs: 1, learning_rate: 0.003 },
      { train: { top: 2 }, epochs: 1, learning_rate: 0.001 },
    ];
    const [head, top] = await memoryOfRecipe(recipeSchema.parse({ name: 'x', language: 'it', corpus: 'mine', stages }));
    expect([head!.stage, top!.stage]).toEqual(['head', 'top 2']);
    expect(top!.need.total).toBeGreaterThan(head!.need.total);
    expect(top!.need.weights).toBeGreaterThan(6 * 4 * 2 * 12 * 256 * 256);
  });
});
