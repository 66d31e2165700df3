import type { Recipe } from '../../recipe/schema.ts';
import type { EpochRecord } from '../../train/task.ts';
import type { StageFacts, RunFacts } from './facts.ts';
import type { TrainingFinding } from './finding.ts';
import { percent, figure, rounded } from './figures.ts';

/**
 * Training's loss, measured with dropout and masks, was down to 0.7 of dev's in runs on few minutes of speech that went
 * well.
 */
const [GAP, LEAST_GAP] = [2, 0.2];
/** Of dev's tokens wrong in the epoch that was kept: a model that nobody would be content with. */
const POOR = 0.5;

export function devFarWorse({ epochs }: StageFacts, { recipe }: RunFacts): TrainingFinding | undefined {
  const kept = epochs.reduce((a, b) => (b.dev_cer < a.dev_cer ? b : a));
  // What went wrong after a good epoch did no harm. After a poor one it is why nothing better came.
  const seen = isApart(kept) || kept.dev_cer < POOR ? kept : epochs.at(-1)!;
  if (!isApart(seen)) return undefined;
  const which =
    seen === kept
      ? `the one that was kept (dev CER ${percent(kept.dev_cer)})`
      : `the last (of epoch ${kept.epoch}, which was kept, dev CER is ${percent(kept.dev_cer)})`;
  return {
    kind: 'dev-far-worse',
    what:
      `dev is far worse than training: a loss of ${figure(seen.dev_loss)} a token against ` +
      `${figure(seen.train_loss)} in epoch ${seen.epoch}, ${which}`,
    advice: againstLearningByHeart(recipe),
  };
}

export const isApart = ({ dev_loss, train_loss }: EpochRecord): boolean =>
  dev_loss >= GAP * train_loss && dev_loss - train_loss >= LEAST_GAP;

export function againstLearningByHeart(recipe: Recipe): string {
  const { head, training } = recipe;
  // A model that training goes on from brings its head; speeds are for a frozen encoder, changed sound for one that
  // learns.
  const own = recipe.start === undefined;
  const frozen = own && recipe.stages === undefined && recipe.train === 'head';
  const changes = [
    ...(own && head.dropout < 0.3
      ? [`raise head.dropout from ${head.dropout} to ${rounded(Math.min(0.3, head.dropout + 0.2))}`]
      : []),
    ...(frozen && training.speeds.length === 1
      ? [`set training.speeds from ${JSON.stringify(training.speeds)} to [0.9, 1, 1.1]`]
      : []),
    ...(frozen && head.kind === 'transformer' ? ['set head.kind from transformer to mlp'] : []),
    ...(recipe.train === 'all' && !training.augment ? ['set training.augment to {}'] : []),
    ...(recipe.split.train.minutes ? [`raise split.train.minutes from ${recipe.split.train.minutes}`] : []),
  ];
  return (
    'It knows its training speech by heart. More speech, of more speakers, helps ' +
    `most${changes.length > 0 ? `; without it, ${changes.join(', ')}` : ''}.`
  );
}
