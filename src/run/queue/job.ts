import type { Recipe } from '../../recipe/schema.ts';
import { codeHash } from '../../support/code-hash.ts';
import { sha256 } from '../../support/files.ts';

/** A run that a worker is asked for. */
export interface QueuedRun {
  recipe: Recipe;
  /** Where run folders are; from the folder that all were started in, or the same place for all. */
  runs: string;
  /** No run, but help with the features of one: the cache of who asks, which must be the worker's own. */
  features?: string;
}

/** What it answers: the rest is in the run's folder. */
export interface FinishedRun {
  folder: string;
  known: boolean;
  host: string;
}

/**
 * Runs lie in a queue of the folder that they were asked for in, and of this version's code: a worker that was started
 * elsewhere would not find what a recipe names, and one with other code would find other figures.
 */
export async function runsQueue(): Promise<string> {
  return `isogloss-runs-${sha256(JSON.stringify([process.cwd(), await codeHash()])).slice(0, 16)}`;
}
