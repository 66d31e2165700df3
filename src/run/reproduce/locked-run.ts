import { existsSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { InputError } from '../../support/errors.ts';
import { readFromZip } from '../../support/zip-file.ts';
import { parseInputs, readInputs, type RunInputs } from '../inputs.ts';
import type { Metrics } from '../result.ts';
import { parseLock, RunFolder, type RunLock } from '../runs/run-folder.ts';
import type { Beside } from './beside.ts';
import { BESIDE_LIST } from './places.ts';

/** What a run says of itself, from its folder or from an archive. */
export interface LockedRun {
  lock: RunLock;
  inputs: RunInputs;
  metrics: Metrics;
  /** Of an archive: what its recipe names beside itself. Those of earlier versions don't say. */
  beside?: Beside[];
}

const besideSchema = z.array(
  z.object({ name: z.string(), what: z.string(), packed: z.boolean(), sha256: z.string().optional() }),
);

/** What of an archive a reproduction reads: it stands at its beginning. */
export const ARCHIVED = ['recipe.lock.yaml', 'inputs.jsonl', 'metrics.json'] as const;

/** @throws InputError when it is neither, or the run is not finished, or from before there were hashes of inputs */
export async function readLockedRun(place: string): Promise<LockedRun> {
  if (!existsSync(place)) throw new InputError('there is no such run or archive', 'Check the path.', { file: place });
  return statSync(place).isDirectory() ? fromFolder(RunFolder.at(place)) : fromArchive(place);
}

async function fromFolder(run: RunFolder): Promise<LockedRun> {
  const result = await run.result();
  if (!result)
    throw new InputError('this run is not finished', 'Run its recipe to the end first.', { file: run.folder });
  const inputs = await readInputs(run.folder);
  if (!inputs) throw noInputs(run.folder);
  return { lock: await run.lock(), inputs, metrics: result.metrics };
}

async function fromArchive(file: string): Promise<LockedRun> {
  const texts = await readFromZip(file, [...ARCHIVED, BESIDE_LIST]);
  const missing = ARCHIVED.find((name) => !texts.has(name));
  if (missing)
    throw new InputError(`no archive of a run: it has no ${missing}`, 'isogloss runs archive writes one.', { file });
  const [lock, lines, metrics] = ARCHIVED.map((name) => texts.get(name)!) as [string, string, string];
  const inputs = parseInputs(lines);
  if (!inputs) throw noInputs(file);
  try {
    const beside = besideSchema.parse(JSON.parse(texts.get(BESIDE_LIST) ?? '[]')) as Beside[];
    return { lock: parseLock(parse(lock), file), inputs, metrics: JSON.parse(metrics) as Metrics, beside };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('the archive is damaged', 'Copy it again.', { file }, error);
  }
}

const noInputs = (file: string): InputError =>
  new InputError(
    'it does not say what it was run on: there is no readable inputs.jsonl',
    'Runs of version 0.1 can’t be reproduced this way; run the recipe again.',
    { file },
  );
