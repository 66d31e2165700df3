import type { Recipe } from '../../recipe/schema.ts';
import type { Measured } from './timed-trials.ts';

/** A training of fewer epochs says little of a recipe. */
export const FEWEST_EPOCHS = 3;

/** First tries have a third of the epochs that the better half of them has. */
export const SHORT = 1 / 3;

/** The same recipe with a share of its epochs, and of each stage's. */
export function shortened(recipe: Recipe, share: number): Recipe {
  const shorter = (epochs: number): number =>
    Math.max(Math.min(FEWEST_EPOCHS, epochs), Math.ceil(share * epochs - 1e-9));
  return {
    ...recipe,
    training: { ...recipe.training, epochs: shorter(recipe.training.epochs) },
    stages: recipe.stages?.map((stage) => ({ ...stage, epochs: shorter(stage.epochs) })),
  };
}

interface Placed<T> {
  candidate: T;
  devCer: number;
}

/** What has become of candidates that were measured against each other. */
export interface Halved<T> {
  /** The better half of all there were, the best first. */
  kept: Placed<T>[];
  behind: Placed<T>[];
  untried: { candidate: T; noTime: string }[];
}

/** A rung of successive halving (Jamieson & Talwalkar 2016): measures each candidate, and keeps the better half. */
export async function halve<T>(
  candidates: readonly T[],
  measure: (candidate: T) => Promise<Measured>,
): Promise<Halved<T>> {
  const tried: Placed<T>[] = [];
  const untried: Halved<T>['untried'] = [];
  for (const candidate of candidates) {
    const measured = await measure(candidate);
    if ('noTime' in measured) untried.push({ candidate, noTime: measured.noTime });
    else tried.push({ candidate, devCer: measured.devCer });
  }
  tried.sort((a, b) => a.devCer - b.devCer);
  const half = Math.ceil(candidates.length / 2);
  return { kept: tried.slice(0, half), behind: tried.slice(half), untried };
}
