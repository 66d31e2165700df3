import path from 'node:path';
import { sha256 } from '../../support/files.ts';
import type { Job } from '../batch/plan.ts';

/** Recordings that go through the queue as one job. */
export interface Unit {
  /** The same whenever the same recordings are submitted. */
  id: string;
  jobs: readonly Job[];
}

/** In a unit, on average: so that what the queue costs is shared, and still there is something for many workers. */
const MOST_RECORDINGS = 16;
const LEAST_UNITS = 64;
/** Of files in a unit: half a minute of sound as a WAV, some minutes as MP3. */
const MOST_BYTES = 1 << 20;

/**
 * Recordings, short ones together. Where a unit ends depends on the name of its last recording: of an archive that was
 * done in part, the rest is parted as before, and a unit that is in the queue already is known by its id.
 */
export function* unitsOf(jobs: readonly Job[]): Generator<Unit> {
  const together = Math.min(MOST_RECORDINGS, 2 ** Math.ceil(Math.log2(Math.max(1, jobs.length / LEAST_UNITS))));
  let unit: Job[] = [];
  let bytes = 0;
  for (const job of jobs) {
    if (unit.length > 0 && bytes + job.input.bytes > MOST_BYTES) {
      yield unitOf(unit);
      [unit, bytes] = [[], 0];
    }
    unit.push(job);
    bytes += job.input.bytes;
    if (!endsUnit(job, together)) continue;
    yield unitOf(unit);
    [unit, bytes] = [[], 0];
  }
  if (unit.length > 0) yield unitOf(unit);
}

/** @param jobs at least one */
export function unitOf(jobs: readonly Job[]): Unit {
  const recordings = jobs.map(({ recording, input }) => [path.resolve(recording), input]);
  return { id: sha256(JSON.stringify(recordings)).slice(0, 32), jobs };
}

const endsUnit = ({ recording }: Job, together: number): boolean =>
  Number.parseInt(sha256(path.resolve(recording)).slice(0, 8), 16) % together === 0;
