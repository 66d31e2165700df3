import { makeBatches, type Batch } from '../support/batches.ts';
import { Random } from '../support/random.ts';
import { learningRate } from './schedule.ts';
import type { TrainingSettings, TrainingTask } from './task.ts';

/** An epoch's batches: the same for the same seed and epoch. */
export function batchesOf(task: TrainingTask, epoch: number): Batch[] {
  return makeBatches(task.train.frames, task.settings.batchFrames, new Random(`${task.settings.seed}/${epoch}`));
}

export function rateAt(task: TrainingTask, step: number): number {
  const { settings } = task;
  const totalSteps = settings.epochs * Math.ceil(batchesPerEpoch(task) / batchesPerStep(settings));
  return learningRate(
    {
      shape: settings.schedule,
      peak: settings.learningRate,
      warmupSteps: Math.round(settings.warmup * totalSteps),
      totalSteps,
    },
    step,
  );
}

const counted = new WeakMap<TrainingTask, number>();

export function batchesPerEpoch(task: TrainingTask): number {
  const known = counted.get(task) ?? batchesOf(task, 1).length;
  counted.set(task, known);
  return known;
}

export const batchesPerStep = (settings: TrainingSettings): number => settings.accumulate ?? 1;

/** An epoch ends with a step, however few batches are left for it. */
export function movesAfter(settings: TrainingSettings, step: number, batches: number): boolean {
  return (step + 1) % batchesPerStep(settings) === 0 || step + 1 === batches;
}
