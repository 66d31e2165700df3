import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { InputError, type SetAside } from '../../support/errors.ts';
import { readJson, sha256, writeJson } from '../../support/files.ts';
import { withLock } from '../../support/lock.ts';
import { silent, type Progress, type Task } from '../../support/progress.ts';
import { manifestPath, readManifest } from '../manifest.ts';
import { packagedImporters, type FetchedSource } from '../importers/packaged/index.ts';
import { putManifest, type Put } from './keep.ts';
import { findCorpus, isFetched, readSource } from '../source.ts';
import type { Utterance } from '../utterance.ts';

export interface FetchResult {
  name: string;
  folder: string;
  utterances: number;
  seconds: number;
  setAside: SetAside[];
  /**
   * Whether the manifest has been edited since it was fetched: it stays as it is, and the new one is beside it, in
   * `manifest.new.jsonl`.
   */
  edited?: boolean;
}

/**
 * Gets a corpus that has a source.yaml: downloads its packages, imports recordings and transcripts, writes the manifest
 * last. Answers at once when that is done already; goes on where it stopped when it was cut off.
 * @throws InputError when the corpus is unknown or has no source, WorkError when a package can't be got
 */
export async function fetchCorpus(
  name: string,
  options: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<FetchResult> {
  const { folder, sourceFolder, name: shortName } = findCorpus(name);
  if (!sourceFolder)
    throw new InputError(`the corpus ${name} has no source.yaml`, 'It is your own: nothing to fetch.', {
      file: folder,
    });
  const source = await readSource(sourceFolder);
  if (!isFetched(source)) return alreadyHere(shortName, folder);
  const importer = packagedImporters[source.importer];
  const version = sha256((await readFile(path.join(sourceFolder, 'source.yaml'), 'utf8')) + (importer.version ?? ''));
  const known = await fetched(folder, version);
  const unpacked = path.join(folder, '.packages');
  if (known) {
    // What an earlier fetch had no time to clear away.
    await rm(unpacked, { recursive: true, force: true });
    return known;
  }
  await mkdir(folder, { recursive: true });
  return withLock(
    folder,
    async () =>
      (await fetched(folder, version)) ?? fetchInto(folder, shortName, source, sourceFolder, version, options),
    'corpus',
  );
}

async function fetchInto(
  folder: string,
  shortName: string,
  source: FetchedSource,
  sourceFolder: string,
  version: string,
  options: { progress?: Progress; signal?: AbortSignal },
): Promise<FetchResult> {
  const importer = packagedImporters[source.importer];
  const unpacked = path.join(folder, '.packages');
  await fetchSource(
    source,
    unpacked,
    (options.progress ?? silent)(`fetch ${shortName}`, itemsOf(source), 'packages'),
    options.signal,
  );
  await mkdir(path.join(folder, 'audio'), { recursive: true });
  if (sourceFolder !== folder) await cp(path.join(sourceFolder, 'source.yaml'), path.join(folder, 'source.yaml'));
  const utterances: Utterance[] = [];
  const setAside: SetAside[] = [];
  for await (const item of importer.read(source, {
    unpacked,
    folder,
    progress: options.progress,
    signal: options.signal,
  })) {
    if ('reason' in item) setAside.push(item);
    else utterances.push(item);
  }
  const { put, edited } = await putManifest(folder, utterances, await earlierPut(folder));
  const seconds = utterances.reduce((sum, u) => sum + (u.duration ?? 0), 0);
  const result: FetchResult = {
    name: shortName,
    folder,
    utterances: utterances.length,
    seconds,
    setAside,
    ...(edited ? { edited } : {}),
  };
  await writeJson(path.join(folder, 'fetched.json'), { source: version, ...result, folder: undefined, put });
  await rm(unpacked, { recursive: true, force: true });
  return result;
}

const itemsOf = (source: FetchedSource): number => ('repository' in source ? 1 : source.packages.length);

async function fetchSource(source: FetchedSource, into: string, task: Task, signal?: AbortSignal): Promise<void> {
  if ('repository' in source) {
    const { fetchRepository } = await import('./repository.ts');
    await fetchRepository(source.repository, into, task, signal);
  } else {
    const { fetchPackage } = await import('./packages.ts');
    for (const wanted of source.packages) {
      await fetchPackage(wanted, into, task, signal);
      task.advance();
    }
  }
  task.done();
}

/** A corpus that was imported from a folder: its files are there, and its manifest too unless somebody removed it. */
async function alreadyHere(name: string, folder: string): Promise<FetchResult> {
  if (!existsSync(manifestPath(folder)))
    throw new InputError(
      `the corpus ${name} has no manifest.jsonl`,
      'Import it anew: isogloss corpus import, with the folder that its source.yaml names.',
      { file: folder },
    );
  let [utterances, seconds] = [0, 0];
  for await (const { utterance } of readManifest(folder)) {
    utterances++;
    seconds += utterance.duration ?? 0;
  }
  return { name, folder, utterances, seconds, setAside: [] };
}

/** What an earlier fetch of the same source.yaml gave, if its manifest is still there. */
async function fetched(folder: string, version: string): Promise<FetchResult | undefined> {
  const file = path.join(folder, 'fetched.json');
  if (!existsSync(file) || !existsSync(manifestPath(folder))) return undefined;
  // Written by ourselves; what can't be read is made anew.
  const record = (await readJson(file).catch(() => undefined)) as (FetchResult & { source: string }) | undefined;
  if (record?.source !== version) return undefined;
  const { name, utterances, seconds, setAside } = record;
  return { name, folder, utterances, seconds, setAside };
}

const putSchema = z.object({ put: z.object({ manifest: z.string(), audio: z.record(z.string(), z.number()) }) });

/** What the fetch before has put here; unknown of those of earlier versions, and then nothing is removed. */
async function earlierPut(folder: string): Promise<Put | undefined> {
  const record = putSchema.safeParse(await readJson(path.join(folder, 'fetched.json')).catch(() => undefined));
  return record.data?.put;
}
