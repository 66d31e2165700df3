import path from 'node:path';
import { adamWDefaults, type AdamWSettings } from '../onnx/adamw.ts';
import { Engine, type Weights } from '../onnx/engine.ts';
import type { Value } from '../onnx/graph.ts';
import type { Network } from '../onnx/network.ts';
import { floatData, floats } from '../onnx/session.ts';
import { ctcLoss } from '../ctc/loss.ts';
import { WorkError } from '../support/errors.ts';
import { silent, type Progress, type Task } from '../support/progress.ts';
import { Random } from '../support/random.ts';
import { Scratch } from '../support/scratch.ts';
import { makeBatches, type Batch } from '../support/batches.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Examples, LoadedBatch } from './examples.ts';
import { dropoutFeeds, specAugmentFeeds, type SpecAugmentSettings } from './masks.ts';
import { Measurer, type Measured } from './measure.ts';
import { MovingAverage } from './moving-average.ts';
import { learningRate } from './schedule.ts';

export interface TrainingSettings {
  epochs: number;
  /** Frames a batch, padding included. */
  batchFrames: number;
  learningRate: number;
  schedule: 'cosine' | 'linear' | 'constant';
  /** Share of all steps over which the learning rate rises. */
  warmup: number;
  weightDecay: number;
  /** The gradients' joint norm is scaled down to this. */
  clip: number;
  specAugment: SpecAugmentSettings;
  /** Epochs without a better dev CER before it stops. */
  patience: number;
  seed: number | string;
  /** Decay of the moving average of the weights that is measured and kept (Polyak & Juditsky 1992); none when absent. */
  average?: number;
}

export interface TrainingTask {
  /** Builds the network anew: once with dropout and masks, once without. */
  build: (training: boolean) => { network: Network; logits: Value };
  blank: number;
  train: Examples;
  dev: Examples;
  settings: TrainingSettings;
  /** Parameters that don't start at random, by name: those of a trained network. */
  start?: Weights;
  /** Learning rates and pulls of single parameters. */
  optimiser?: Pick<AdamWSettings, 'rateOf' | 'stayNear'>;
  /** Where the loop keeps `last.ckpt` and `best.ckpt`; the same task resumes from there. */
  folder: string;
  progress?: Progress;
  signal?: AbortSignal;
  /** Told of each epoch as it ends, for logs. */
  onEpoch?: (epoch: EpochRecord) => Promise<void> | void;
  /** Minutes between checkpoints inside an epoch. */
  checkpointMinutes?: number;
}

export interface EpochRecord {
  epoch: number;
  train_loss: number;
  dev_loss: number;
  dev_cer: number;
  learning_rate: number;
  gradient_norm: number;
  seconds: number;
  /** Where a run has several. */
  stage?: string;
}

export interface TrainingResult {
  /** The weights of the epoch with the best dev CER. */
  weights: Weights;
  epochs: EpochRecord[];
  best: EpochRecord;
  seconds: number;
  framesPerSecond: number;
}

interface LoopState {
  /** Of the next step to take. */
  epoch: number;
  step: number;
  sums: { loss: number; tokens: number; norm: number; steps: number };
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
}

const freshSums = (): LoopState['sums'] => ({ loss: 0, tokens: 0, norm: 0, steps: 0 });

/**
 * Trains a network with CTC (Graves et al. 2006) until the epochs are over or dev CER stops falling, and keeps the best.
 * Everything random follows from the seed, the epoch and the step, so that a run that was cut off ends the same.
 * @throws WorkError when the loss is not finite for many steps on end
 */
export async function train(task: TrainingTask): Promise<TrainingResult> {
  const { settings } = task;
  const lastFile = path.join(task.folder, 'last.ckpt');
  const saved = await readCheckpoint(lastFile);
  const state = (saved?.state as LoopState | undefined) ?? { epoch: 1, step: 0, sums: freshSums(), epochs: [], seconds: 0, frames: 0 };
  const { network, logits } = task.build(true);
  const weights = saved?.weights ?? startOf(task, network);
  const adamW = { ...adamWDefaults, weightDecay: settings.weightDecay, clip: settings.clip, ...task.optimiser };
  const engine = await Engine.compile(network, logits, adamW, weights, saved ? { moments: saved.moments } : {});
  const measurer = await Measurer.compile(task.build(false), task.dev, task.blank, settings.batchFrames);
  // One holds the batch at work, the other the batch being prepared.
  const scratches = [new Scratch(), new Scratch()] as const;
  const perEpoch = batchesPerEpoch(task);
  const bar = (task.progress ?? silent)('train', settings.epochs * perEpoch, 'steps');
  const average = settings.average ? new MovingAverage(settings.average, saved?.average ?? weights) : undefined;
  const save = (): Promise<void> => writeCheckpoint(lastFile, engine.weights, engine.moments, state, average?.weights);
  try {
    bar.advance((state.epoch - 1) * perEpoch + state.step);
    while (!finished(state.epochs, settings)) {
      const startedAt = performance.now();
      await trainEpoch(task, engine, network, state, save, bar, scratches, average);
      const candidate = average?.weights ?? engine.weights;
      const measured = await measurer.measure(candidate);
      state.seconds += (performance.now() - startedAt) / 1000;
      const record = recordOf(state, measured, rateAt(task, engine.moments.step), (performance.now() - startedAt) / 1000);
      if (record.dev_cer < bestOf(state.epochs)) await writeCheckpoint(path.join(task.folder, 'best.ckpt'), candidate, undefined, record);
      state.epochs.push(record);
      Object.assign(state, { epoch: state.epoch + 1, step: 0, sums: freshSums() });
      await save();
      await task.onEpoch?.(record);
      bar.note(`epoch ${record.epoch}: loss ${record.train_loss.toFixed(3)}, dev CER ${(100 * record.dev_cer).toFixed(1)} %`);
    }
    bar.done();
    const best = state.epochs.reduce((a, b) => (b.dev_cer < a.dev_cer ? b : a));
    const kept = (await readCheckpoint(path.join(task.folder, 'best.ckpt')))?.weights ?? engine.weights;
    return { weights: kept, epochs: state.epochs, best, seconds: state.seconds, framesPerSecond: state.frames / state.seconds };
  } finally {
    await Promise.all([engine.release(), measurer.release()]);
  }
}

function startOf({ settings, start }: TrainingTask, network: Network): Weights {
  const weights = network.initialise(new Random(`${settings.seed}/weights`));
  for (const [name, value] of start ?? []) if (weights.has(name)) weights.set(name, value);
  return weights;
}

async function trainEpoch(task: TrainingTask, engine: Engine, network: Network, state: LoopState, save: () => Promise<void>, bar: Task, scratches: readonly [Scratch, Scratch], average?: MovingAverage): Promise<void> {
  const batches = batchesOf(task, state.epoch);
  const prepared = (step: number): Promise<LoadedBatch> => prepare(task, network, batches[step]!, { epoch: state.epoch, step }, scratches[step % 2]!);
  let savedAt = performance.now();
  let ahead = state.step < batches.length ? prepared(state.step) : undefined;
  let broken = 0;
  while (state.step < batches.length) {
    task.signal?.throwIfAborted();
    const batch = batches[state.step]!;
    const loaded = await ahead!;
    // The next batch is read and augmented while ONNX Runtime works on this one.
    ahead = state.step + 1 < batches.length ? prepared(state.step + 1) : undefined;
    ahead?.catch(() => {});
    const { loss, tokens, norm } = await trainStep(task, engine, batch, loaded);
    broken = Number.isFinite(norm) ? 0 : broken + 1;
    if (broken > 20) throw new WorkError('training broke down: the loss is not a number any more', 'Lower training.learning_rate in the recipe.');
    if (Number.isFinite(norm)) {
      state.sums = { loss: state.sums.loss + loss, tokens: state.sums.tokens + tokens, norm: state.sums.norm + norm, steps: state.sums.steps + 1 };
    }
    if (Number.isFinite(norm)) average?.add(engine.weights);
    state.frames += batch.frames * batch.examples.length;
    state.step++;
    bar.advance();
    bar.note(`epoch ${state.epoch}, loss ${(loss / tokens).toFixed(3)}`);
    if (performance.now() - savedAt > (task.checkpointMinutes ?? 2) * 60_000) {
      await save();
      savedAt = performance.now();
    }
  }
}

/** Forward, CTC, backward. The loss is summed over the batch; its gradient is per target token. */
async function trainStep(task: TrainingTask, engine: Engine, batch: Batch, loaded: LoadedBatch): Promise<{ loss: number; tokens: number; norm: number }> {
  const output = await engine.forward(loaded.inputs);
  const [rows, frames, tokenCount] = output.dims as [number, number, number];
  const targets = batch.examples.map((i) => task.train.targets[i]!);
  const gradient = new Float32Array(rows * frames * tokenCount);
  const losses = ctcLoss(floatData(output), { batch: rows, frames, tokens: tokenCount }, loaded.frameCounts, targets, task.blank, gradient);
  let loss = 0;
  let tokens = 0;
  losses.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    loss += value;
    tokens += Math.max(1, targets[i]!.length);
  });
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= Math.max(1, tokens);
  const norm = await engine.backward(floats(gradient, output.dims), rateAt(task, engine.moments.step));
  return { loss, tokens, norm };
}

async function prepare(task: TrainingTask, network: Network, batch: Batch, at: { epoch: number; step: number }, scratch: Scratch): Promise<LoadedBatch> {
  scratch.reset();
  const random = new Random(`${task.settings.seed}/${at.epoch}/${at.step}`);
  const loaded = await task.train.load(batch, random, scratch.take);
  const sizes = { batch: batch.examples.length, frames: batch.frames };
  Object.assign(loaded.inputs, dropoutFeeds(network.dropoutSites, sizes, random, scratch.take));
  const augmented = network.graph.inputs.find((v) => v.name === 'augment.features');
  if (augmented)
    Object.assign(loaded.inputs, specAugmentFeeds(task.settings.specAugment, loaded.frameCounts, batch.frames, augmented.dims[2] as number, random, scratch.take));
  return loaded;
}

function batchesOf(task: TrainingTask, epoch: number): Batch[] {
  return makeBatches(task.train.frames, task.settings.batchFrames, new Random(`${task.settings.seed}/${epoch}`));
}

function rateAt(task: TrainingTask, step: number): number {
  const { settings } = task;
  const totalSteps = settings.epochs * batchesPerEpoch(task);
  return learningRate({ shape: settings.schedule, peak: settings.learningRate, warmupSteps: Math.round(settings.warmup * totalSteps), totalSteps }, step);
}

const counted = new WeakMap<TrainingTask, number>();

function batchesPerEpoch(task: TrainingTask): number {
  const known = counted.get(task) ?? batchesOf(task, 1).length;
  counted.set(task, known);
  return known;
}

function finished(epochs: readonly EpochRecord[], settings: TrainingSettings): boolean {
  if (epochs.length >= settings.epochs) return true;
  const best = epochs.findIndex((record) => record.dev_cer === bestOf(epochs));
  return epochs.length - 1 - best >= settings.patience;
}

const bestOf = (epochs: readonly EpochRecord[]): number => Math.min(Infinity, ...epochs.map((record) => record.dev_cer));

function recordOf(state: LoopState, measured: Measured, rate: number, seconds: number): EpochRecord {
  const { loss, tokens, norm, steps } = state.sums;
  return {
    epoch: state.epoch,
    train_loss: loss / Math.max(1, tokens),
    dev_loss: measured.loss,
    dev_cer: measured.errorRate,
    learning_rate: rate,
    gradient_norm: norm / Math.max(1, steps),
    seconds,
  };
}
