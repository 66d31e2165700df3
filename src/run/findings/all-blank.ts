import type { Recipe } from '../../recipe/schema.ts';
import type { EpochRecord } from '../../train/task.ts';
import type { StageFacts, RunFacts } from './facts.ts';
import type { TrainingFinding } from './finding.ts';
import { percent, figure, rounded } from './figures.ts';
import { isApart, againstLearningByHeart } from './overfitting.ts';

/** A trained head leaves some short utterances empty. Half of them is CTC that has found nothing better than blanks. */
const MOST_EMPTY = 0.5;
/** A loss that falls by less than this over three epochs has come to rest. */
const STILL_FALLING = 0.97;

export function allBlank(
  stage: StageFacts,
  { recipe, hypotheses }: RunFacts,
  rate: TrainingFinding | undefined,
): TrainingFinding | undefined {
  const { epochs } = stage;
  const empty = hypotheses.filter((hypothesis) => hypothesis === '').length;
  if (empty < MOST_EMPTY * hypotheses.length || empty === 0) return undefined;
  const cer = Math.min(...epochs.map((epoch) => epoch.dev_cer));
  const what =
    `nothing but blanks was written for ${empty} of ${hypotheses.length} dev utterances (best dev CER ` +
    `${percent(cer)}, training loss ${figure(epochs[0]!.train_loss)} at first and ` +
    `${figure(epochs.at(-1)!.train_loss)} at last)`;
  return { kind: 'all-blank', what, advice: rate?.advice ?? adviceOnBlanks(stage, recipe) };
}

function adviceOnBlanks(stage: StageFacts, recipe: Recipe): string {
  const end = stage.epochs.at(-1)!;
  // The kept epoch is one of blanks because what came later was worse: more epochs would not help.
  if (isApart(end))
    return (
      `In epoch ${end.epoch} the loss was ${figure(end.train_loss)} a token in training and ` +
      `${figure(end.dev_loss)} on dev. ${againstLearningByHeart(recipe)}`
    );
  return fallsStill(stage.epochs) ? goOn(stage, recipe.training.patience) : comeToRest(stage);
}

/** CTC writes only blanks at first: while the loss falls, it needs time. */
function goOn({ epochs, field, settings }: StageFacts, patience: number): string {
  if (epochs.length < settings.epochs)
    return (
      `The loss was still falling when training gave up after ${epochs.length} of ${settings.epochs} epochs: raise ` +
      `training.patience from ${patience} to ${settings.epochs}.`
    );
  return (
    `The loss was still falling at the end: raise ${field}.epochs from ${settings.epochs} ` +
    `to ${2 * settings.epochs}.`
  );
}

function comeToRest({ field, settings: { learningRate } }: StageFacts): string {
  return (
    'The loss has come to rest. See with isogloss corpus audit whether the transcripts belong to their recordings, ' +
    `and whether there is more than silence in them; then raise ${field}.learning_rate from ${learningRate} to ` +
    `${rounded(3 * learningRate)}.`
  );
}

function fallsStill(epochs: readonly EpochRecord[]): boolean {
  return epochs.at(-1)!.train_loss < STILL_FALLING * epochs.at(Math.max(-4, -epochs.length))!.train_loss;
}
