import { readdir } from 'node:fs/promises';
import type { Recipe } from '../../recipe/schema.ts';
import type { TrainingFinding } from '../findings/finding.ts';
import type { Metrics } from '../result.ts';
import { bytesIn, RunFolder, type RunLock } from './run-folder.ts';
import { summaryOf, type RunSummary } from './summary.ts';

/** All that a run's folder says of it, but for texts and sound. */
export interface ShownRun {
  summary: RunSummary;
  recipe: Recipe;
  /** What it was run on: counts and hashes, versions, machine. */
  locked: RunLock['locked'];
  metrics?: Metrics;
  findings: TrainingFinding[];
  /** How many were set aside. */
  setAside: number;
  files: { name: string; bytes: number }[];
}

/**
 * @param folder of a run, finished or not
 * @throws InputError when it is none, or damaged
 */
export async function showRun(folder: string): Promise<ShownRun> {
  const run = RunFolder.at(folder);
  const { recipe, locked } = await run.lock();
  const result = await run.result();
  const names = (await readdir(folder)).sort();
  return {
    summary: await summaryOf(run),
    recipe,
    locked,
    ...(result ? { metrics: result.metrics } : {}),
    findings: result?.findings ?? [],
    setAside: result?.setAside.length ?? 0,
    files: await Promise.all(names.map(async (name) => ({ name, bytes: await bytesIn(run.file(name)) }))),
  };
}
