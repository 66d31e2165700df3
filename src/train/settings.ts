import type { Recipe } from '../recipe/schema.ts';
import type { TrainingSettings } from './task.ts';

const FRAMES_PER_SECOND = 50;

/** A recipe's training section in the loop's own terms. */
export function trainingSettings({ training, seed }: Recipe): TrainingSettings {
  return {
    epochs: training.epochs,
    batchFrames: Math.round(training.batch_seconds * FRAMES_PER_SECOND),
    learningRate: training.learning_rate,
    schedule: training.schedule,
    warmup: training.warmup,
    weightDecay: training.weight_decay,
    clip: training.clip,
    accumulate: training.accumulate,
    patience: training.patience,
    specAugment: {
      timeMasks: training.spec_augment.time_masks,
      timeWidth: training.spec_augment.time_width,
      featureMasks: training.spec_augment.feature_masks,
      featureWidth: training.spec_augment.feature_width,
    },
    seed,
    ...(training.memory ? { memory: training.memory } : {}),
    ...(training.precision ? { precision: training.precision } : {}),
    ...(training.average > 0 ? { average: training.average } : {}),
  };
}
