import { compareRuns, type Comparison } from '../../evaluate/compare.ts';
import { loadRun } from '../../evaluate/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { RunFolder } from './run-folder.ts';
import { seedGroups, seedVerdicts, type SeedGroup, type SeedVerdict } from './seeds.ts';
import { summaryOf, type RunSummary } from './summary.ts';

/** A field of the recipes that is not the same in all of them. */
export interface DifferingField {
  /** `training.epochs` */
  field: string;
  /** Of each run, as JSON; null where it isn't there. */
  values: unknown[];
}

/** Several runs beside the first. */
export interface RunsComparison {
  runs: RunSummary[];
  differing: DifferingField[];
  /** Of each but the first: against the first, which is A; or why they can't be compared. */
  comparisons: { run: string; comparison?: Comparison; reason?: string }[];
  /** Runs that only the seed parts, where there are any. */
  seeds: SeedGroup[];
  /** Of each such group but the first: whether it differs from the first by more than seeds explain. */
  verdicts: SeedVerdict[];
}

/**
 * What is different in the recipes of several runs, and whether the others are better than the first. Runs of one
 * recipe with several seeds are held together against those of another.
 * @param folders of finished runs
 * @param split to compare on
 * @throws InputError for what is no finished run
 */
export async function compareManyRuns(folders: readonly string[], split = 'test'): Promise<RunsComparison> {
  const runs = folders.map((folder) => RunFolder.at(folder));
  const summaries: RunSummary[] = [];
  for (const run of runs) {
    if (!(await run.result())) throw notFinished(run);
    summaries.push(await summaryOf(run));
  }
  const loaded = await Promise.all(folders.map((folder) => loadRun(folder, split)));
  const comparisons = folders.slice(1).map((run, i): RunsComparison['comparisons'][number] => {
    try {
      return { run, comparison: compareRuns(loaded[0]!, loaded[i + 1]!) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { run, reason: error.message };
    }
  });
  const recipes = await Promise.all(runs.map((run) => run.recipe()));
  const groups = seedGroups(summaries, recipes);
  const seeds = groups.some((group) => group.seeds.length > 1) ? groups : [];
  const verdicts = seedVerdicts(seeds, summaries);
  return { runs: summaries, differing: differingFields(recipes), comparisons, seeds, verdicts };
}

const notFinished = ({ folder }: RunFolder): InputError =>
  new InputError('this run is not finished', 'Run its recipe to the end, or leave it out.', { file: folder });

/** Fields that differ, by their names. Names and titles are labels, not settings. */
export function differingFields(recipes: readonly Recipe[]): DifferingField[] {
  const labels = new Set(['name', 'title']);
  const flat = recipes.map((recipe) =>
    flattened(Object.fromEntries(Object.entries(recipe).filter(([field]) => !labels.has(field)))),
  );
  const fields = [...new Set(flat.flatMap((each) => [...each.keys()]))].sort();
  return fields
    .map((field) => ({ field, values: flat.map((each) => each.get(field) ?? null) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

/** Nested objects by paths of keys; lists are values. */
function flattened(value: object, path: readonly string[] = []): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] => {
      const here = [...path, key];
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) return [...flattened(inner, here)];
      return inner === undefined ? [] : [[here.join('.'), inner]];
    }),
  );
}
