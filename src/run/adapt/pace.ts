import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Prepared } from '../../dataset/prepare.ts';
import { secondsOf } from '../../dataset/seconds.ts';
import { FeatureCache } from '../../encoder/feature-cache.ts';
import { computeFeatures } from '../../encoder/features.ts';
import { openEncoder } from '../../encoder/open.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { writeJson } from '../../support/files.ts';
import type { Progress } from '../../support/progress.ts';
import { Random } from '../../support/random.ts';
import type { Pretrained } from '../../train/pretrained.ts';
import { stagesOf } from '../../train/stages.ts';
import { trainStages } from '../train-stages.ts';
import { heardInEpoch, type Pace } from './cost.ts';
import type { Parts } from './folds.ts';

/** Batches that are enough to time by. */
const BATCHES = 4;
/** Seconds of speech whose features are computed for the clock. */
const FEATURE_SECONDS = 60;
/** The first epoch also pays for what is done once. */
const EPOCHS = 2;

export interface PaceOptions {
  /** Where the pace is kept. */
  folder: string;
  /** When the clock of the budget began, as `performance.now()` has it. */
  began: number;
  /** What training goes on from. */
  start: Pretrained;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/**
 * Times a recipe on a few batches of a corpus: features, then each stage of its training. What was timed once is kept
 * in `pace.json`, so that a search that goes on plans as it did.
 */
export async function timePace(recipe: Recipe, prepared: Parts, options: PaceOptions): Promise<Pace> {
  const file = path.join(options.folder, 'pace.json');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Pace;
  const work = path.join(options.folder, 'pace');
  await rm(work, { recursive: true, force: true });
  const { start, signal } = options;
  const few = someOf(prepared, BATCHES * recipe.training.batch_seconds, recipe.seed);
  const features = await timeFeatures(start, few, path.join(work, 'features'), signal);
  const training = await timeTraining(recipe, few, work, options);
  const pace: Pace = { features, ...training, ready: (performance.now() - options.began) / 1000 };
  await rm(work, { recursive: true, force: true });
  await writeJson(file, pace);
  return pace;
}

function someOf(prepared: Parts, seconds: number, seed: number): Parts {
  const share = seconds / secondsOf(prepared.train);
  const first = (items: Prepared['train']): Prepared['train'] => {
    let taken = 0;
    const most = share * secondsOf(items);
    return new Random(`${seed}/pace`).shuffle([...items]).filter((item) => {
      const wanted = taken === 0 || taken < most;
      if (wanted) taken += secondsOf([item]);
      return wanted;
    });
  };
  return { ...prepared, train: first(prepared.train), dev: first(prepared.dev) };
}

/** @returns seconds a second of speech; 0 where there are no features, but sound */
async function timeFeatures(
  start: Pretrained,
  { train, read }: Parts,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (!start.encoder) return 0;
  let seconds = 0;
  const recordings = train
    .filter((item) => (seconds += secondsOf([item])) <= FEATURE_SECONDS || item === train[0])
    .map((item) => ({ key: item.key, samples: item.samples, read: () => read(item) }));
  const encoder = await openEncoder(start.name, start.encoder, {
    preprocessor: start.preprocessor,
    folder: start.folder,
  });
  const report = await computeFeatures(encoder, [encoder.layerCount - 1], recordings, new FeatureCache(folder), {
    signal,
  });
  await encoder.release();
  return report.realTimeFactor!;
}

async function timeTraining(
  recipe: Recipe,
  few: Parts,
  folder: string,
  { start, progress, signal }: PaceOptions,
): Promise<Pick<Pace, 'stages' | 'stage'>> {
  const short: Recipe = {
    ...recipe,
    training: { ...recipe.training, epochs: EPOCHS },
    stages: recipe.stages?.map((stage) => ({ ...stage, epochs: EPOCHS })),
  };
  const quiet: Progress = (what, total, unit) => progress(`timing: ${what}`, total, unit);
  const startedAt = performance.now();
  const { epochs, features } = await trainStages(
    {
      recipe: short,
      prepared: { ...few, test: [] },
      folder,
      start,
      sources: [],
      progress: quiet,
      signal,
    },
    folder,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const stages = stagesOf(recipe).map(({ name: kind }, i) => ({
    kind,
    heard: heardInEpoch(recipe, few),
    seconds: epochs[EPOCHS * (i + 1) - 1]!.seconds,
  }));
  const ofStages = stages.reduce((sum, stage) => sum + EPOCHS * stage.seconds, 0);
  return { stages, stage: Math.max(0, seconds - features.seconds - ofStages) / stages.length };
}
