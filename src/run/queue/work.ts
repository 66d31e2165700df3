import { hostname } from 'node:os';
import { onMachine, type MachineChoice } from '../../onnx/runtime/machine.ts';
import { connected } from '../../queue/connection.ts';
import { NotNow, takeJobs } from '../../queue/take.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { messageOf } from '../../support/errors.ts';
import { InUseError } from '../../support/lock.ts';
import type { JobOptions } from '../../support/progress.ts';
import { computeFeaturesOf } from '../features.ts';
import type { RunResult } from '../result.ts';
import { runRecipe } from '../run.ts';
import { runsQueue, type FinishedRun, type QueuedRun } from './job.ts';

export interface RunWorkOptions extends JobOptions, MachineChoice {
  /** Milliseconds after which a worker that isn't heard of counts as gone, and another takes its run. */
  stalledAfter?: number;
  /** Told once it can be asked. */
  onReady?: () => void;
  /** Told of each run that is done. */
  onDone?: (result: RunResult) => void;
}

/** What a worker on runs has done. */
export interface RunsWorked {
  /** Their folders. */
  runs: string[];
}

/** A run takes long, and on a machine with too much to do its worker isn't heard of now and then. */
const MOST_STALLED = 50;
/** Until a run is looked at again that another process is at. */
const AT_WORK_MS = 5000;

/**
 * Takes recipes from a queue and runs them, until it is stopped: a run that it has begun then goes back, and whoever
 * takes that goes on from its last checkpoint. It has to be started in the folder that the runs are asked for in
 * (`varyRecipe` with `queue`), which all machines share.
 * @param url of the Redis or Valkey server
 * @throws InputError when there is no server
 */
export async function workOnRuns(url: string, options: RunWorkOptions = {}): Promise<RunsWorked> {
  const { device, threads, progress, signal, stalledAfter = 60_000, onReady, onDone } = options;
  const worked: RunsWorked = { runs: [] };
  const answer = async ({ data: { recipe, runs, features } }: { data: QueuedRun }): Promise<FinishedRun> => {
    try {
      if (features !== undefined) {
        if (features === cacheFolder())
          await onMachine({ device, threads }, () => computeFeaturesOf(recipe, runs, { progress, signal }));
        return { folder: '', known: true, host: hostname() };
      }
      const job = { runs, ...(progress && { progress }), ...(signal && { signal }) };
      const result = await onMachine({ device, threads }, () => runRecipe(recipe, job));
      worked.runs.push(result.folder);
      onDone?.(result);
      return { folder: result.folder, known: result.known, host: hostname() };
    } catch (error) {
      if (signal?.aborted) throw new NotNow(0);
      // Who was thought dead and is not; or who is, on another machine, and has left a lock that still looks fresh.
      if (error instanceof InUseError) throw new NotNow(AT_WORK_MS);
      throw new Error(`${messageOf(error)} (on ${hostname()})`, { cause: error });
    }
  };
  const client = await connected(url);
  try {
    await takeJobs(client, await runsQueue(), answer, {
      ...{ atOnce: 1, stalledAfter, mostStalled: MOST_STALLED, signal, onReady },
    });
    return worked;
  } finally {
    client.disconnect();
  }
}
