import { secondsOf } from '../../dataset/seconds.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { nameOf } from '../../recipe/trainable-part.ts';
import type { Pretrained } from '../../train/pretrained.ts';
import { stagesOf } from '../../train/stages.ts';
import { roundsOf } from '../untranscribed/rounds.ts';
import type { Parts } from './folds.ts';

/** Seconds of speech that epochs hear, and seconds that they took. */
export interface Hearing {
  /** What learns: a second of speech costs about the same where that is the same. */
  kind: string;
  heard: number;
  seconds: number;
}

/** What this machine takes for a second of speech, by a trial that was timed. */
export interface Pace {
  /** Of computing features. */
  features: number;
  /** Of training. */
  stages: Hearing[];
  /** Of getting a stage ready, however long it is. */
  stage: number;
  /** Seconds until all this was known: of looking at the corpus, and of timing. */
  ready: number;
}

/** What a training goes through. */
export interface Cost {
  stages: { kind: string; heard: number }[];
  /** Features that it reads, each set of them computed once for all trials. */
  features: string[];
  /** How many trainings there are: one, or one a fold. */
  trainings: number;
}

/** Measuring an epoch goes through the network once, learning forth and back. */
const MEASURING = 1 / 3;
/** A block that learns is gone through forth, back for its input and back for its weights. */
const LEARNING = 3;

/** @param parts what it is trained and measured on: several, where there are folds */
export function costOf(recipe: Recipe, parts: readonly Parts[]): Cost {
  const { speeds, copies = 0 } = recipe.training;
  const heard = [...speeds, ...Array.from({ length: copies }, (_, copy) => `copy ${copy}`)];
  const stages = stagesOf(recipe);
  return {
    stages: stages.map(({ trainable, epochs }) => ({
      kind: nameOf(trainable),
      heard: epochs * parts.reduce((sum, part) => sum + heardInEpoch(recipe, part), 0),
    })),
    features: stages
      .filter(({ trainable }) => trainable !== 'all')
      .flatMap(({ trainable }) => heard.map((one) => `${nameOf(trainable)}, ${recipe.encoder.layer}, ${one}`)),
    trainings: parts.length,
  };
}

/** Seconds of speech that an epoch goes through. */
export const heardInEpoch = (recipe: Recipe, { train, dev }: Pick<Parts, 'train' | 'dev'>): number =>
  secondsOf(train) * timesHeard(recipe) + secondsOf(dev) * MEASURING;

/** How often an epoch goes through a training recording: two utterances that are joined are both heard once more. */
const timesHeard = ({ training: { speeds, joined = 0, copies = 0 } }: Recipe): number =>
  speeds.length + 2 * joined + copies;

/** What is known of a machine's pace, and of what is in its cache. */
export interface Known {
  pace: Pace;
  /** What trials took: newer than the pace, and of as much speech as is asked about. */
  trials: readonly { stages: readonly Hearing[]; features: readonly string[] }[];
  /** Seconds of speech in the corpus, test left out. */
  corpus: number;
  /** Blocks of the encoder. */
  blocks: number;
}

/** How many blocks of an encoder can learn. */
export const blocksThatLearn = ({ top, own, encoder }: Pretrained): number => (own || encoder !== undefined ? top : 0);

/** Seconds that a training is likely to take. */
export function expectedSeconds(cost: Cost, known: Known): number {
  const computed = new Set(known.trials.flatMap(({ features }) => features));
  const toCompute = cost.features.filter((set) => !computed.has(set)).length;
  const training = cost.stages.reduce((sum, { kind, heard }) => sum + heard * paceOf(kind, known), 0);
  const { features, stage } = known.pace;
  return training + toCompute * known.corpus * features + cost.trainings * cost.stages.length * stage;
}

/** Seconds a second of speech: by trials of the kind, else as it was timed, else by what the encoder takes. */
function paceOf(kind: string, { pace, trials, blocks }: Known): number {
  for (const timed of [trials.flatMap(({ stages }) => stages), pace.stages]) {
    const alike = timed.filter((other) => other.kind === kind);
    const heard = alike.reduce((sum, other) => sum + other.heard, 0);
    if (heard > 0) return alike.reduce((sum, other) => sum + other.seconds, 0) / heard;
  }
  const top = /^top (\d+)$/.exec(kind);
  const share = kind === 'head' ? 0 : top ? Number(top[1]) / Math.max(1, blocks) : 1;
  const head = Math.min(...pace.stages.map(({ heard, seconds }) => seconds / heard));
  return head + LEARNING * share * pace.features;
}

/**
 * Decoding dev some seventy times, to find the weights of a language model, costs about as much as hearing it so often.
 */
const TUNING = 20;
/**
 * How often speech goes through the encoder once a model is there: to find weights and confidences, and to be measured.
 */
const PASSES = { train: 1, dev: 6, test: 2 };

/** Sound that nobody has transcribed goes through the encoder to be transcribed, which also takes a beam search. */
const DRAFTING = 1.5;

/** Seconds that a round of self-training is likely to take, where all of the untranscribed speech is sure enough. */
export function secondsOfRound(recipe: Recipe, { prepared, untranscribed }: Speech, known: Known): number {
  const { features } = known.pace;
  const both = { ...costOf(recipe, [prepared]) };
  const epochs = stagesOf(recipe).map(({ epochs }) => epochs * timesHeard(recipe) * untranscribed);
  const stages = both.stages.map(({ kind, heard }, i) => ({ kind, heard: heard + epochs[i]! }));
  const drafting = untranscribed * features * (DRAFTING + both.features.length);
  return drafting + expectedSeconds({ ...both, stages, features: [] }, known) + tuning(prepared, known);
}

const tuning = ({ dev }: Parts, known: Known): number => TUNING * paceOf('head', known) * secondsOf(dev);

/** What is there to learn from and to test on. */
export interface Speech {
  prepared: Parts;
  /** Seconds of test: nothing else of it is known here. */
  test: number;
  /** Seconds of speech that nobody has transcribed. */
  untranscribed: number;
}

/**
 * Seconds that are to be kept for what comes after the search: decoding, measuring, the report; the winner's own
 * training, where trials were folds; and self-training.
 */
export function secondsAfter(recipe: Recipe, parts: readonly Parts[], speech: Speech, known: Known): number {
  const { prepared, test } = speech;
  const training = parts.length === 1 ? 0 : expectedSeconds({ ...costOf(recipe, [prepared]), features: [] }, known);
  const passes = PASSES.train * secondsOf(prepared.train) + PASSES.dev * secondsOf(prepared.dev) + PASSES.test * test;
  const measuring = known.pace.features * passes;
  const rounds = recipe.untranscribed === undefined ? 0 : roundsOf(recipe);
  return training + measuring + tuning(prepared, known) + rounds * secondsOfRound(recipe, speech, known);
}

/** What a trial of a recipe is likely to take, the features that it needs, and what comes after it if it wins. */
export function estimateOf(
  recipe: Recipe,
  parts: readonly Parts[],
  speech: Speech,
  known: Known,
): { seconds: number; features: readonly string[]; after: number } {
  const cost = costOf(recipe, parts);
  const after = secondsAfter(recipe, parts, speech, known);
  return { seconds: expectedSeconds(cost, known), features: cost.features, after };
}
