import { minimumFrames } from '../ctc/feasible.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { recipeSchema, type Recipe } from '../recipe/schema.ts';
import type { Relaxed } from '../corpus/split/relaxed.ts';
import type { Trained } from './train-and-test.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import { stagesOf } from '../train/stages.ts';
import type { EpochRecord } from '../train/task.ts';

/**
 * Something that went wrong in training as it is known to, or that makes its figures worth less, as this run shows it.
 */
export interface TrainingFinding {
  kind:
    | 'learning-rate-too-high'
    | 'all-blank'
    | 'targets-too-long'
    | 'unseen-symbols'
    | 'dev-far-worse'
    | 'cache-damaged'
    | Relaxed['code'];
  /** What was seen, with the numbers. */
  what: string;
  /** Which field of the recipe to change to what, or what to look at. */
  advice: string;
}

/** What a finished run knows of itself. */
export interface RunFacts {
  recipe: Recipe;
  epochs: readonly EpochRecord[];
  /** Utterances of all splits, and those whose target needs more frames than their recording has. */
  utterances: number;
  tooLong: number;
  /** Rules of the split that could not be kept. */
  relaxed?: readonly Relaxed[];
  /** Tokens of dev and test together, and how often each occurs in them that training has not. */
  heldOutTokens: number;
  unseen: ReadonlyMap<string, number>;
  /** Files of the cache of features that were damaged on disk. */
  damaged?: number | undefined;
  /** Of dev, decoded with the weights that were kept. */
  hypotheses: readonly string[];
}

/**
 * Fewer than one in fifty is a slip here and there, which set-aside.jsonl tells; more is a fault of the corpus as a
 * whole.
 */
const MOST_TOO_LONG = 0.02;
/** One token in a thousand: less moves CER by less than it is printed with. */
const MOST_UNSEEN = 0.001;
/** A trained head leaves some short utterances empty. Half of them is CTC that has found nothing better than blanks. */
const MOST_EMPTY = 0.5;
/**
 * In trainings that went well, no epoch's loss was more than a tenth above the lowest before it. By half, and by half a
 * nat a token (a loss near zero doubles easily), it is thrown about.
 */
const [RISE, LEAST_RISE] = [1.5, 0.5];
/**
 * Training's loss, measured with dropout and masks, was down to 0.7 of dev's in runs on few minutes of speech that went
 * well.
 */
const [GAP, LEAST_GAP] = [2, 0.2];
/** Of dev's tokens wrong in the epoch that was kept: a model that nobody would be content with. */
const POOR = 0.5;
/** A loss that falls by less than this over three epochs has come to rest. */
const STILL_FALLING = 0.97;
const MOST_SYMBOLS_SHOWN = 8;
const ON_THE_SPLIT =
  'More recordings, of more speakers, would give a split without this; or write your own list: split.file in the recipe.';

/** Looks for training's classic failures. Nothing is wrong where none is found, but for what nobody has thought of. */
export function findProblems(facts: RunFacts): TrainingFinding[] {
  const stages = stagesIn(facts);
  const rate = stages.map((stage) => learningRateTooHigh(stage, facts)).find((finding) => finding !== undefined);
  // What came out is the last stage's.
  const last = stages.at(-1);
  const blank = last && allBlank(last, facts, rate);
  return [
    ...(facts.relaxed ?? []).map(({ code, what }) => ({ kind: code, what, advice: ON_THE_SPLIT })),
    damagedCache(facts),
    rate,
    blank,
    targetsTooLong(facts),
    unseenSymbols(facts),
    last && !rate && !blank ? devFarWorse(last, facts) : undefined,
  ].filter((finding) => finding !== undefined);
}

/**
 * A training of the run, or the only one. A loss is compared inside it: the next one learns something else, at another
 * rate.
 */
interface StageFacts {
  epochs: readonly EpochRecord[];
  /** Where the recipe has its settings: `training`, or `stages[1]`. */
  field: string;
  settings: { epochs: number; learningRate: number };
}

function stagesIn({ recipe, epochs }: RunFacts): StageFacts[] {
  return stagesOf(recipe)
    .map((settings, i) => ({
      epochs: epochs.filter(({ stage }) => stage === undefined || stage === settings.name),
      field: recipe.stages ? `stages[${i}]` : 'training',
      settings,
    }))
    .filter((stage) => stage.epochs.length > 0);
}

/** Gathers what `diagnose` looks at. */
export function factsOf(recipe: Recipe, prepared: Prepared, trained: Trained): RunFacts {
  const heldOut = [...prepared.dev, ...prepared.test];
  const setAside = prepared.setAside.filter(({ code }) => code === 'target-too-long').length;
  const unseen = new Map<string, number>();
  for (const { tokens } of heldOut) {
    const unknown = new Set(prepared.vocabulary.encode(tokens).unknown);
    for (const token of tokens) if (unknown.has(token)) unseen.set(token, (unseen.get(token) ?? 0) + 1);
  }
  return {
    recipe,
    epochs: trained.epochs,
    utterances: prepared.train.length + heldOut.length + setAside,
    relaxed: prepared.relaxed,
    damaged: trained.metrics.features.damaged,
    tooLong: setAside + heldOut.filter(isTooLong).length,
    heldOutTokens: heldOut.reduce((sum, { tokens }) => sum + tokens.length, 0),
    unseen,
    hypotheses: trained.hypotheses.filter(({ split }) => split === 'dev').map(({ hypothesis }) => hypothesis),
  };
}

const isTooLong = ({ target, samples }: Item): boolean => minimumFrames(target) > frameCount(samples);

function learningRateTooHigh(
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
  const what = `the training loss rose from ${figure(from.train_loss)} in epoch ${from.epoch} to ${figure(to.train_loss)} in epoch ${to.epoch}, with gradients of norm ${figure(to.gradient_norm)} (training.clip is ${recipe.training.clip})`;
  return { kind: 'learning-rate-too-high', what, advice };
}

/** What a recipe has that says nothing of it. */
const usualRate = (): number => recipeSchema.shape.training.parse(undefined).learning_rate;

function allBlank(
  stage: StageFacts,
  { recipe, hypotheses }: RunFacts,
  rate: TrainingFinding | undefined,
): TrainingFinding | undefined {
  const { epochs } = stage;
  const empty = hypotheses.filter((hypothesis) => hypothesis === '').length;
  if (empty < MOST_EMPTY * hypotheses.length || empty === 0) return undefined;
  const cer = Math.min(...epochs.map((epoch) => epoch.dev_cer));
  const what = `nothing but blanks was written for ${empty} of ${hypotheses.length} dev utterances (best dev CER ${percent(cer)}, training loss ${figure(epochs[0]!.train_loss)} at first and ${figure(epochs.at(-1)!.train_loss)} at last)`;
  return { kind: 'all-blank', what, advice: rate?.advice ?? adviceOnBlanks(stage, recipe) };
}

function adviceOnBlanks(stage: StageFacts, recipe: Recipe): string {
  const end = stage.epochs.at(-1)!;
  // The kept epoch is one of blanks because what came later was worse: more epochs would not help.
  if (isApart(end))
    return `In epoch ${end.epoch} the loss was ${figure(end.train_loss)} a token in training and ${figure(end.dev_loss)} on dev. ${againstLearningByHeart(recipe)}`;
  return fallsStill(stage.epochs) ? goOn(stage, recipe.training.patience) : comeToRest(stage);
}

/** CTC writes only blanks at first: while the loss falls, it needs time. */
function goOn({ epochs, field, settings }: StageFacts, patience: number): string {
  if (epochs.length < settings.epochs)
    return `The loss was still falling when training gave up after ${epochs.length} of ${settings.epochs} epochs: raise training.patience from ${patience} to ${settings.epochs}.`;
  return `The loss was still falling at the end: raise ${field}.epochs from ${settings.epochs} to ${2 * settings.epochs}.`;
}

function comeToRest({ field, settings: { learningRate } }: StageFacts): string {
  return `The loss has come to rest. See with isogloss corpus audit whether the transcripts belong to their recordings, and whether there is more than silence in them; then raise ${field}.learning_rate from ${learningRate} to ${rounded(3 * learningRate)}.`;
}

function fallsStill(epochs: readonly EpochRecord[]): boolean {
  return epochs.at(-1)!.train_loss < STILL_FALLING * epochs.at(Math.max(-4, -epochs.length))!.train_loss;
}

function damagedCache({ damaged = 0 }: RunFacts): TrainingFinding | undefined {
  if (damaged === 0) return undefined;
  return {
    kind: 'cache-damaged',
    what: `${damaged} files of the cache were no longer as they had been written, and were computed anew`,
    advice: 'The figures are sound. If it happens again, have the disk checked.',
  };
}

function targetsTooLong({ recipe, utterances, tooLong }: RunFacts): TrainingFinding | undefined {
  if (tooLong === 0 || tooLong < MOST_TOO_LONG * utterances) return undefined;
  const profile =
    recipe.text.unit === 'graphemes'
      ? ` Where the spelling has several letters for one sound, name them in text.profile (now ${JSON.stringify(recipe.text.profile)}): they count as one.`
      : '';
  return {
    kind: 'targets-too-long',
    what: `the transcripts of ${tooLong} of ${utterances} utterances (${percent(tooLong / utterances)}) need more frames of 20 ms than their recordings have`,
    advice: `Listen to those that set-aside.jsonl names: transcripts are often shifted against the recordings, or start and end cut too much away.${profile}`,
  };
}

function unseenSymbols({ recipe, heldOutTokens, unseen }: RunFacts): TrainingFinding | undefined {
  const times = [...unseen.values()].reduce((sum, count) => sum + count, 0);
  if (times === 0 || times < MOST_UNSEEN * heldOutTokens) return undefined;
  const symbols = [...unseen].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const shown = symbols
    .slice(0, MOST_SYMBOLS_SHOWN)
    .map(([symbol, count]) => `${symbol} ${count}×`)
    .join(', ');
  const more = symbols.length > MOST_SYMBOLS_SHOWN ? ` and ${symbols.length - MOST_SYMBOLS_SHOWN} more` : '';
  const { minutes } = recipe.split.train;
  const another = `split.seed from ${recipe.split.seed} to ${recipe.split.seed + 1} draws another split`;
  return {
    kind: 'unseen-symbols',
    what: `dev and test have symbols that training never saw: ${shown}${more}; ${percent(times / heldOutTokens)} of their ${heldOutTokens} tokens are errors for certain`,
    advice:
      [
        ...(minutes ? [`Raise split.train.minutes from ${minutes}, or leave it out to train on all there is`] : []),
        ...(recipe.text.unit === 'graphemes'
          ? [`write in text.map what stands for them (now ${JSON.stringify(recipe.text.map)})`]
          : []),
        another,
      ]
        .join('; or ')
        .replace(/^./, (letter) => letter.toUpperCase()) + '.',
  };
}

function devFarWorse({ epochs }: StageFacts, { recipe }: RunFacts): TrainingFinding | undefined {
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
    what: `dev is far worse than training: a loss of ${figure(seen.dev_loss)} a token against ${figure(seen.train_loss)} in epoch ${seen.epoch}, ${which}`,
    advice: againstLearningByHeart(recipe),
  };
}

const isApart = ({ dev_loss, train_loss }: EpochRecord): boolean =>
  dev_loss >= GAP * train_loss && dev_loss - train_loss >= LEAST_GAP;

function againstLearningByHeart(recipe: Recipe): string {
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
  return `It knows its training speech by heart. More speech, of more speakers, helps most${changes.length > 0 ? `; without it, ${changes.join(', ')}` : ''}.`;
}

/** One digit that counts: 0.001 for 0.003 / 3. */
const rounded = (value: number): number => Number(value.toPrecision(1));

const figure = (value: number): string => (value >= 1000 ? value.toExponential(1) : value.toPrecision(3));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
