import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import type { Progress } from '../../support/progress.ts';
import type { Pretrained } from '../../train/pretrained.ts';
import { stagesOf } from '../../train/stages.ts';
import { trainStages } from '../train-stages.ts';
import { heardInEpoch, type Hearing } from './cost.ts';
import type { Parts } from './folds.ts';

export interface TrialOptions {
  /** Where trials keep their checkpoints, a folder each. */
  folder: string;
  /** What training goes on from. */
  start: Pretrained;
  progress: Progress;
  signal: AbortSignal;
}

export interface Tried {
  /** Token errors a token of dev (CER), of the best epoch. */
  devCer: number;
  stages: Hearing[];
}

/**
 * Trains a recipe and measures it on dev, or on what each fold leaves out. Test is not touched: it isn't even handed
 * over.
 * @param parts one, or folds
 */
export async function runTrial(
  recipe: Recipe,
  parts: readonly Parts[],
  { folder, start, progress, signal }: TrialOptions,
): Promise<Tried> {
  let [errors, tokens] = [0, 0];
  const hearings: Hearing[] = [];
  for (const [i, part] of parts.entries()) {
    const work = { recipe, prepared: { ...part, test: [] }, start, sources: [], progress, signal };
    const own = path.join(trialFolder(folder, recipe), ...(parts.length > 1 ? [`fold ${i + 1}`] : []));
    const { epochs } = await trainStages({ ...work, folder: own }, own);
    for (const { name: kind } of stagesOf(recipe)) {
      const ofStage = epochs.filter(({ stage }) => (stage ?? kind) === kind);
      const seconds = ofStage.reduce((sum, epoch) => sum + epoch.seconds, 0);
      hearings.push({ kind, heard: ofStage.length * heardInEpoch(recipe, part), seconds });
    }
    const last = epochs.filter(({ stage }) => stage === epochs.at(-1)!.stage);
    const length = part.dev.reduce((sum, item) => sum + item.tokens.length, 0);
    errors += length * Math.min(...last.map(({ dev_cer }) => dev_cer));
    tokens += length;
  }
  return { devCer: errors / tokens, stages: hearings };
}

export const trialFolder = (folder: string, recipe: Recipe): string =>
  path.join(folder, recipeHash(recipe).slice(0, 8));

/** The winner was trained already: its run finds the checkpoints where it would have put them. */
export async function reuseTraining(trial: string, run: string): Promise<void> {
  if (existsSync(run)) return;
  const copy = `${run}.partial`;
  await rm(copy, { recursive: true, force: true });
  await cp(trial, copy, { recursive: true });
  await rename(copy, run);
}
