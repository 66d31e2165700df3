import { hostname } from 'node:os';
import path from 'node:path';
import { Asker } from '../../queue/ask.ts';
import { withoutPassword } from '../../queue/connection.ts';
import { recipeHash } from '../../recipe/hash.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { WorkError } from '../../support/errors.ts';
import { sha256 } from '../../support/files.ts';
import { silent, type JobOptions } from '../../support/progress.ts';
import { versions } from '../../support/versions.ts';
import { finishedRun, runFolder } from '../folder.ts';
import type { RunResult } from '../result.ts';
import { finishedWith, lookOf } from '../seen.ts';
import { runsQueue, type FinishedRun, type QueuedRun } from './job.ts';
import { checkSameInputs } from './same-inputs.ts';

interface SubmitRunsOptions extends JobOptions {
  /** Where run folders are, on a disk that all machines share. */
  runs: string;
  /** Told of each run as it is done. */
  onDone?: (result: RunResult, index: number) => void;
}

/**
 * Has recipes run by whoever takes them from a queue (`workOnRuns`). What is finished already is not asked for; who was
 * killed and asks again finds its jobs, done or not.
 * @returns in the recipes' order
 * @throws InputError when there is no server, WorkError when the workers can't do one of them, or have worked on other
 * inputs than each other
 */
export async function runByQueue(
  url: string,
  recipes: readonly Recipe[],
  { runs, progress = silent, signal, onDone }: SubmitRunsOptions,
): Promise<RunResult[]> {
  const asker = await Asker.open<QueuedRun, FinishedRun>(url, await runsQueue(), {
    ...{ atOnce: recipes.length, signal, noWorker: noWorker(url) },
  });
  const task = progress('runs', recipes.length, 'runs');
  try {
    await offerHelp(asker, recipes, runs);
    const results = await Promise.all(
      recipes.map(async (recipe, i) => {
        const result = await resultOf(asker, recipe, runs);
        onDone?.(result, i);
        task.advance();
        return result;
      }),
    );
    await checkSameInputs(
      recipes,
      results.map(({ folder }) => folder),
    );
    return results;
  } finally {
    await asker.close();
    task.done();
  }
}

/**
 * Where there are more workers than runs, those that would have nothing to do compute features of the runs, beside who
 * runs them, into the same cache.
 */
async function offerHelp(
  asker: Asker<QueuedRun, FinishedRun>,
  recipes: readonly Recipe[],
  runs: string,
): Promise<void> {
  const idle = (await asker.workers()) - recipes.length;
  for (let i = 0; i < idle; i++) {
    const recipe = recipes[i % recipes.length]!;
    const name = `features of ${path.basename(runFolder(recipe, runs))}`;
    await asker.offer(name, { recipe, runs, features: cacheFolder() });
  }
}

async function resultOf(asker: Asker<QueuedRun, FinishedRun>, recipe: Recipe, runs: string): Promise<RunResult> {
  const look = await lookOf(recipe, runs);
  const finished = await finishedWith(look, runFolder(recipe, runs));
  if (finished) return finished;
  const id = sha256(JSON.stringify([path.resolve(runs), recipeHash(recipe), look])).slice(0, 32);
  const answer = await asker.ask(id, path.basename(runFolder(recipe, runs)), () => Promise.resolve({ recipe, runs }));
  if ('failed' in answer)
    throw new WorkError(
      `${runFolder(recipe, runs)}: ${answer.failed}`,
      'Mend that, and run the same command again: it goes on from here.',
    );
  const result = await finishedRun(answer.folder);
  if (result) return { ...result, known: answer.known };
  throw new WorkError(
    `${answer.folder} was finished on ${answer.host}, and is not to be seen on ${hostname()}`,
    'Let the folder of runs lie on a disk that all machines share.',
  );
}

const noWorker = (url: string): string =>
  `no worker for the runs of ${process.cwd()} is there yet, with isogloss ${versions().isogloss} as it is here; ` +
  `start one in that folder, on any machine: isogloss worker ${withoutPassword(url)} --runs`;
