import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { TextSummary } from '../dataset/texts.ts';
import { recipeHash } from '../recipe/hash.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { Recipe } from '../recipe/schema.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { changesBetween, describeChanges, inputsHash, readInputs, type RunInputs } from './inputs.ts';
import type { TrainingFinding } from './findings/finding.ts';
import type { Metrics, RunResult } from './result.ts';

/** Where a recipe runs first: the folder has the recipe's hash in its name. */
export const runFolder = (recipe: Recipe, runs: string): string =>
  path.join(runs, `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`);

/** The folder for some inputs: the recipe's own, or one beside it where that has worked on others. */
export async function folderFor(
  base: string,
  inputs: RunInputs,
): Promise<{ folder: string; changed?: RunResult['changed'] }> {
  const before = await readInputs(base);
  const changes = before ? changesBetween(before, inputs) : [];
  if (changes.length === 0) return { folder: base };
  return {
    folder: `${base}-${inputsHash(inputs)}`,
    changed: { since: base, what: describeChanges(changes), changes },
  };
}

/** The model that a recipe's `start` names: a folder, or what another recipe's run has left. */
export async function modelFolder(start: string, runs: string): Promise<string> {
  if (!/\.ya?ml$/.test(start)) return start;
  const folder = runFolder(await loadRecipe(start), runs);
  if (await finishedRun(folder)) return path.join(folder, 'model');
  throw new InputError(`start: ${start} has not been run to its end`, `First: isogloss run ${start}`, { file: folder });
}

const scores = z.looseObject({ cer: z.number(), wer: z.number() });
const metricsSchema = z.looseObject({ test: scores, dev: scores });

/** What a finished run has found. A file that was damaged counts as not there: the run goes on, and writes it anew. */
export async function finishedRun(folder: string): Promise<RunResult | undefined> {
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
  if (!existsSync(path.join(folder, 'metrics.json'))) return undefined;
  try {
    const metrics: unknown = JSON.parse(await read('metrics.json'));
    metricsSchema.parse(metrics);
    const lines = (await read('set-aside.jsonl')).split('\n').filter((line) => line !== '');
    // Runs that were finished before there were findings, or a text.json, have none.
    const findings = await read('findings.json').catch(() => '[]');
    const text = await read('text.json').catch(() => undefined);
    return {
      folder,
      metrics: metrics as Metrics,
      setAside: lines.map((line) => JSON.parse(line) as SetAside),
      ...(text === undefined ? {} : { text: JSON.parse(text) as TextSummary }),
      findings: JSON.parse(findings) as TrainingFinding[],
      known: true,
    };
  } catch {
    return undefined;
  }
}
