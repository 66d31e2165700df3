import { rm } from 'node:fs/promises';
import { InputError } from '../../support/errors.ts';
import { leftoversIn } from '../../support/leftovers.ts';
import { bytesIn, RunFolder, runsIn } from './run-folder.ts';

export interface CleanOptions {
  /** Folders of runs that are to go whole, models included. */
  named?: readonly string[];
  /** Also runs that were cut off: they could go on. */
  unfinished?: boolean;
}

/** Something that could go. */
export interface Removal {
  place: string;
  what: 'checkpoints' | 'leftover' | 'unfinished run' | 'run';
  bytes: number;
}

/**
 * What could be deleted in a folder of runs: the checkpoints of finished runs, which nothing needs any more, and what
 * killed processes left behind. Models and results go only with runs that are named; a run that is at work stays whole.
 * @throws InputError for a named folder that is no run, or one that is at work
 */
export async function planCleaning(
  runs = 'runs',
  { named = [], unfinished = false }: CleanOptions = {},
): Promise<Removal[]> {
  if (named.length > 0) return Promise.all(named.map(wholeRun));
  const removals: Removal[] = [];
  for (const run of await runsIn(runs)) {
    const state = await run.state();
    if (state === 'at work') continue;
    for (const place of await leftoversIn(run.folder)) removals.push(await removal(place, 'leftover'));
    if (state === 'finished')
      for (const place of await run.checkpoints()) removals.push(await removal(place, 'checkpoints'));
    if (state === 'unfinished' && unfinished) removals.push(await removal(run.folder, 'unfinished run'));
  }
  return removals;
}

async function wholeRun(folder: string): Promise<Removal> {
  const run = RunFolder.at(folder);
  if ((await run.state()) === 'at work')
    throw new InputError('a process is at work in this run', 'Stop it first, or leave the run out.', { file: folder });
  return removal(folder, 'run');
}

const removal = async (place: string, what: Removal['what']): Promise<Removal> => ({
  place,
  what,
  bytes: await bytesIn(place),
});

/**
 * Deletes what was planned.
 * @returns files in the folders of deleted runs that no run has written: they stay
 */
export async function cleanRuns(removals: readonly Removal[]): Promise<string[]> {
  const left: string[] = [];
  for (const { place, what } of removals) {
    if (what === 'checkpoints' || what === 'leftover') {
      await rm(place, { recursive: true, force: true });
      continue;
    }
    const run = RunFolder.at(place);
    left.push(...(await run.delete()).map((name) => run.file(name)));
  }
  return left;
}
