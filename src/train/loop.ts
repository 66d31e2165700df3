import path from 'node:path';
import { adamWDefaults } from '../onnx/training/adamw.ts';
import { Engine, type Weights } from '../onnx/training/engine.ts';
import type { Network } from '../onnx/graph/network.ts';
import { silent } from '../support/progress.ts';
import { Random } from '../support/random.ts';
import { Scratch } from '../support/scratch.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Measurer, type Measured } from './measure.ts';
import { describeMemory, planTraining } from './memory.ts';
import { MovingAverage } from './moving-average.ts';
import { batchesPerEpoch, rateAt } from './steps.ts';
import type { EpochRecord, TrainingResult, TrainingSettings, TrainingTask } from './task.ts';
import { savedIn, type LoopState, freshSums } from './training-state.ts';
import { trainEpoch } from './epoch.ts';

/**
 * Trains a network with CTC (Graves et al. 2006) until the epochs are over or dev CER stops falling, and keeps the
 * best. Everything random follows from the seed, the epoch and the step, so that a run that was cut off ends the same.
 * @throws WorkError when the loss is not finite for many steps on end
 */
export async function train(task: TrainingTask): Promise<TrainingResult> {
  const { settings } = task;
  const [lastFile, bestFile] = ['last.ckpt', 'best.ckpt'].map((name) => path.join(task.folder, name)) as [
    string,
    string,
  ];
  const saved = await savedIn(lastFile, bestFile);
  const state = (saved?.state as LoopState | undefined) ?? {
    epoch: 1,
    step: 0,
    sums: freshSums(),
    epochs: [],
    seconds: 0,
    frames: 0,
    broken: 0,
  };
  const adamW = { ...adamWDefaults, weightDecay: settings.weightDecay, clip: settings.clip, ...task.optimiser };
  const planned = await planTraining(task);
  (task.progress ?? silent)('memory').done(describeMemory(planned));
  const { network, mode, precision, need } = planned;
  const weights = saved?.weights ?? startOf(task, network);
  const engine = await Engine.open(planned.plan, planned.sizes, adamW, weights, {
    shapes: planned.shapes,
    returnsMemory: !planned.pooled,
    ...(saved ? { moments: saved.moments, lossScale: state.lossScale } : {}),
  });
  const measurer = await Measurer.compile(task.build(false), task.dev, task.blank, settings.batchFrames);
  // One holds the batch at work, the other the batch being prepared.
  const scratches = [new Scratch(), new Scratch()] as const;
  const perEpoch = batchesPerEpoch(task);
  const bar = (task.progress ?? silent)('train', settings.epochs * perEpoch, 'steps');
  const average = settings.average ? new MovingAverage(settings.average, saved?.average ?? weights) : undefined;
  const save = (): Promise<void> => {
    state.lossScale = engine.lossScale;
    return writeCheckpoint(lastFile, engine.weights, engine.moments, state, average?.weights);
  };
  try {
    bar.advance((state.epoch - 1) * perEpoch + state.step);
    while (!finished(state.epochs, settings)) {
      const startedAt = performance.now();
      await trainEpoch(task, engine, network, state, save, bar, scratches, average);
      const candidate = average?.weights ?? engine.weights;
      const measured = await measurer.measure(candidate);
      state.seconds += (performance.now() - startedAt) / 1000;
      const record = recordOf(
        state,
        measured,
        rateAt(task, engine.moments.step),
        (performance.now() - startedAt) / 1000,
      );
      if (record.dev_cer < bestOf(state.epochs)) await writeCheckpoint(bestFile, candidate, undefined, record);
      state.epochs.push(record);
      Object.assign(state, { epoch: state.epoch + 1, step: 0, sums: freshSums() });
      await save();
      await task.onEpoch?.(record);
      bar.note(
        `epoch ${record.epoch}: loss ${record.train_loss.toFixed(3)}, dev CER ${(100 * record.dev_cer).toFixed(1)} %`,
      );
    }
    bar.done();
    const best = state.epochs.reduce((a, b) => (b.dev_cer < a.dev_cer ? b : a));
    const kept = (await readCheckpoint(bestFile))?.weights ?? engine.weights;
    return {
      weights: kept,
      epochs: state.epochs,
      best,
      seconds: state.seconds,
      framesPerSecond: state.frames / state.seconds,
      memory: { mode, precision, need },
    };
  } finally {
    await Promise.all([engine.release(), measurer.release()]);
  }
}

function startOf({ settings, start }: TrainingTask, network: Network): Weights {
  const weights = network.initialise(new Random(`${settings.seed}/weights`));
  for (const [name, value] of start ?? []) if (weights.has(name)) weights.set(name, value);
  return weights;
}

function finished(epochs: readonly EpochRecord[], settings: TrainingSettings): boolean {
  if (epochs.length >= settings.epochs) return true;
  const best = epochs.findIndex((record) => record.dev_cer === bestOf(epochs));
  return epochs.length - 1 - best >= settings.patience;
}

const bestOf = (epochs: readonly EpochRecord[]): number =>
  Math.min(Infinity, ...epochs.map((record) => record.dev_cer));

function recordOf(state: LoopState, measured: Measured, rate: number, seconds: number): EpochRecord {
  const { loss, tokens, norm, steps } = state.sums;
  return {
    epoch: state.epoch,
    train_loss: tokens > 0 ? loss / tokens : NaN,
    dev_loss: measured.loss,
    dev_cer: measured.errorRate,
    learning_rate: rate,
    gradient_norm: norm / Math.max(1, steps),
    seconds,
  };
}
