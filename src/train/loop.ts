import path from 'node:path';
import { adamWDefaults } from '../onnx/training/adamw.ts';
import { Engine, type Weights } from '../onnx/training/engine.ts';
import type { LossScaleState } from '../onnx/training/loss-scale.ts';
import type { Network } from '../onnx/graph/network.ts';
import { floats } from '../onnx/runtime/session.ts';
import { WorkError } from '../support/errors.ts';
import { silent, type Task } from '../support/progress.ts';
import { Random } from '../support/random.ts';
import { Scratch } from '../support/scratch.ts';
import type { Batch } from '../support/batches.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { LoadedBatch } from './examples.ts';
import { lossOf } from './loss.ts';
import { dropoutFeeds, specAugmentFeeds } from './masks.ts';
import { Measurer, type Measured } from './measure.ts';
import { describeMemory, planTraining } from './memory.ts';
import { MovingAverage } from './moving-average.ts';
import { batchesOf, batchesPerEpoch, batchesPerStep, movesAfter, rateAt } from './steps.ts';
import type { EpochRecord, TrainingResult, TrainingSettings, TrainingTask } from './task.ts';

interface LoopState {
  /** Of the next step to take. */
  epoch: number;
  step: number;
  sums: { loss: number; tokens: number; norm: number; steps: number };
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
  /** Steps on end whose gradient was not finite. */
  broken: number;
  /** Of a training in float16. */
  lossScale?: LossScaleState | undefined;
}

const freshSums = (): LoopState['sums'] => ({ loss: 0, tokens: 0, norm: 0, steps: 0 });

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

/** What a training that was cut off goes on from. Without the best of its epochs it has to begin anew. */
async function savedIn(lastFile: string, bestFile: string): Promise<Checkpoint | undefined> {
  const saved = await readCheckpoint(lastFile);
  const measured = (saved?.state as LoopState | undefined)?.epochs.length ?? 0;
  return measured > 0 && !(await readCheckpoint(bestFile)) ? undefined : saved;
}

function startOf({ settings, start }: TrainingTask, network: Network): Weights {
  const weights = network.initialise(new Random(`${settings.seed}/weights`));
  for (const [name, value] of start ?? []) if (weights.has(name)) weights.set(name, value);
  return weights;
}

async function trainEpoch(
  task: TrainingTask,
  engine: Engine,
  network: Network,
  state: LoopState,
  save: () => Promise<void>,
  bar: Task,
  scratches: readonly [Scratch, Scratch],
  average?: MovingAverage,
): Promise<void> {
  const batches = batchesOf(task, state.epoch);
  const prepared = (step: number): Promise<LoadedBatch> =>
    prepare(task, network, batches[step]!, { epoch: state.epoch, step }, scratches[step % 2]!);
  let savedAt = performance.now();
  let ahead = state.step < batches.length ? prepared(state.step) : undefined;
  while (state.step < batches.length) {
    task.signal?.throwIfAborted();
    const batch = batches[state.step]!;
    const loaded = await ahead!;
    // The next batch is read from disk while ONNX Runtime works on this one; what JavaScript does to it waits its turn
    // (decision 0029).
    ahead = state.step + 1 < batches.length ? prepared(state.step + 1) : undefined;
    ahead?.catch(() => {});
    const { loss, tokens, norm } = await trainStep(
      task,
      engine,
      batch,
      loaded,
      movesAfter(task.settings, state.step, batches.length),
    );
    state.broken = Number.isFinite(norm) ? 0 : state.broken + 1;
    if (state.broken > 20)
      throw new WorkError(
        'training broke down: the loss is not a number any more',
        'Lower training.learning_rate in the recipe.',
      );
    if (Number.isFinite(norm)) {
      const { sums } = state;
      state.sums = {
        loss: sums.loss + loss,
        tokens: sums.tokens + tokens,
        norm: sums.norm + norm,
        steps: sums.steps + (norm > 0 ? 1 : 0),
      };
      if (norm > 0) average?.add(engine.weights);
    }
    state.frames += batch.frames * batch.examples.length;
    state.step++;
    bar.advance();
    bar.note(`epoch ${state.epoch}, loss ${(loss / tokens).toFixed(3)}`);
    // Summed gradients are not saved: only between steps.
    if (
      state.step % batchesPerStep(task.settings) === 0 &&
      performance.now() - savedAt > (task.checkpointMinutes ?? 2) * 60_000
    ) {
      await save();
      savedAt = performance.now();
    }
  }
}

/**
 * Forward, loss, backward.
 * @returns a norm of 0 when the weights wait for more batches
 */
async function trainStep(
  task: TrainingTask,
  engine: Engine,
  batch: Batch,
  loaded: LoadedBatch,
  moves: boolean,
): Promise<{ loss: number; tokens: number; norm: number }> {
  const output = await engine.forward(loaded.inputs);
  const { loss, tokens, gradient } = await lossOf(task, output, batch, loaded);
  if (!moves) {
    await engine.accumulate(floats(gradient, output.dims));
    return { loss, tokens, norm: 0 };
  }
  return {
    loss,
    tokens,
    norm: await engine.backward(floats(gradient, output.dims), rateAt(task, engine.moments.step)),
  };
}

async function prepare(
  task: TrainingTask,
  network: Network,
  batch: Batch,
  at: { epoch: number; step: number },
  scratch: Scratch,
): Promise<LoadedBatch> {
  scratch.reset();
  const random = new Random(`${task.settings.seed}/${at.epoch}/${at.step}`);
  const loaded = await task.train.load(batch, random, scratch.take);
  const sizes = { batch: batch.examples.length, frames: batch.frames };
  Object.assign(loaded.inputs, dropoutFeeds(network.dropoutSites, sizes, random, scratch.take));
  const augmented = network.graph.inputs.find((v) => v.name === 'augment.features');
  if (augmented)
    Object.assign(
      loaded.inputs,
      specAugmentFeeds(
        task.settings.specAugment,
        loaded.frameCounts,
        batch.frames,
        augmented.dims[2] as number,
        random,
        scratch.take,
      ),
    );
  return loaded;
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
