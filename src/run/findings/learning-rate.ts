import { recipeSchema } from '../../recipe/schema.ts';
import type { EpochRecord } from '../../train/task.ts';
import type { StageFacts, RunFacts } from './facts.ts';
import type { TrainingFinding } from './finding.ts';
import { rounded, figure } from './figures.ts';

/**
 * In trainings that went well, no epoch's loss was more than a tenth above the lowest before it. By half, and by half a
 * nat a token (a loss near zero doubles easily), it is thrown about.
 */
const [RISE, LEAST_RISE] = [1.5, 0.5];

export function learningRateTooHigh(
  { epochs, field, settings }: StageFacts,
  { recipe }: RunFacts,
): TrainingFinding | undefined {
  const rate = settings.learningRate;
  const advice = `Lower ${field}.learning_rate from ${rate} to ${rounded(Math.min(rate / 3, usualRate()))}.`;
  // Steps without a number are skipped and count nothing: an epoch of such steps alone has sums of zero.
  const broken = epochs.find(
    (epoch) => (epoch.gradient_norm === 0 && epoch.train_loss === 0) || !Number.isFinite(epoch.train_loss),
  );
  if (broken)
    return {
      kind: 'learning-rate-too-high',
      what: `training broke down: in epoch ${broken.epoch} no step had a loss that is a number`,
      advice,
    };
  let lowest = epochs[0];
  let worst: { from: EpochRecord; to: EpochRecord } | undefined;
  for (const epoch of epochs) {
    const from = lowest!;
    const thrown = epoch.train_loss >= RISE * from.train_loss && epoch.train_loss - from.train_loss >= LEAST_RISE;
    if (thrown && (!worst || epoch.train_loss > worst.to.train_loss)) worst = { from, to: epoch };
    if (epoch.train_loss < from.train_loss) lowest = epoch;
  }
  if (!worst) return undefined;
  const { from, to } = worst;
  const what =
    `the training loss rose from ${figure(from.train_loss)} in epoch ${from.epoch} to ${figure(to.train_loss)} in ` +
    `epoch ${to.epoch}, with gradients of norm ${figure(to.gradient_norm)} (training.clip is ` +
    `${recipe.training.clip})`;
  return { kind: 'learning-rate-too-high', what, advice };
}

/** What a recipe has that says nothing of it. */
const usualRate = (): number => recipeSchema.shape.training.parse(undefined).learning_rate;
