import type { AdamWSettings } from '../onnx/training/adamw.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Precision } from '../onnx/graph/half-precision.ts';
import type { Value } from '../onnx/graph/graph.ts';
import type { Network } from '../onnx/graph/network.ts';
import type { Progress } from '../support/progress.ts';
import type { Examples } from './examples.ts';
import type { Teaching } from './teaching.ts';
import type { SpecAugmentSettings } from './masks.ts';
import type { MemoryMode, MemoryPlan } from './memory.ts';

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
  /** Batches to a step; 1 when absent. */
  accumulate?: number;
  /** Whether what is inside a block is kept for the backward pass or computed once more; whichever fits, if absent. */
  memory?: MemoryMode;
  /** In what numbers steps are computed; float32, if absent. Weights, and what is measured on dev, are float32. */
  precision?: Precision;
  specAugment: SpecAugmentSettings;
  /** Epochs without a better dev CER before it stops. */
  patience: number;
  seed: number | string;
  /**
   * Decay of the moving average of the weights that is measured and kept (Polyak & Juditsky 1992); none when absent.
   */
  average?: number;
}

export interface TrainingTask {
  /** Builds the network anew: once with dropout and masks, once without. */
  build: (training: boolean) => { network: Network; logits: Value };
  blank: number;
  train: Examples;
  dev: Examples;
  settings: TrainingSettings;
  /** What it learns beside the transcripts: what `build` puts behind the logits. */
  teaching?: Teaching | undefined;
  /** Parameters that don't start at random, by name: those of a trained network. */
  start?: Weights;
  /** Learning rates and pulls of single parameters. */
  optimiser?: Pick<AdamWSettings, 'rateOf' | 'l2Sp'>;
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
  /** What it was expected to need. */
  memory: MemoryPlan;
}
