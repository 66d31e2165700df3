import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { decodeSamples } from '../../audio/sample-file.ts';
import { isSoundFeatureFile } from '../../encoder/feature-cache.ts';
import { CACHE_NAMES, cacheEntries, type CacheEntry, type CacheName } from '../../support/cache-entries.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { cacheLimit } from '../../support/cache-limit.ts';
import { cacheUsers } from '../../support/cache-use.ts';
import { WorkError } from '../../support/errors.ts';
import { sha256File } from '../../support/files.ts';
import { silent, type JobOptions } from '../../support/progress.ts';

export interface CacheList {
  folder: string;
  caches: { cache: CacheName; files: number; bytes: number; used?: string }[];
  /** Processes that are at work with it. */
  users: number;
  /** Bytes that all but what came from the Hub may take: ISOGLOSS_CACHE_LIMIT. */
  limit?: number;
}

/** How much is kept, and when each cache was last used. */
export async function listCaches(): Promise<CacheList> {
  const entries = await cacheEntries();
  const caches = CACHE_NAMES.map((cache) => {
    const own = entries.filter((entry) => entry.cache === cache);
    const used = own.reduce((latest, entry) => Math.max(latest, entry.used), 0);
    return {
      cache,
      files: own.length,
      bytes: bytesOf(own),
      ...(own.length > 0 ? { used: new Date(used).toISOString() } : {}),
    };
  });
  const limit = cacheLimit();
  return { folder: cacheFolder(), caches, users: await cacheUsers(), ...(limit === undefined ? {} : { limit }) };
}

export interface ClearOptions {
  /** All but what came from the Hub, if not said: that has to be downloaded again. */
  caches?: readonly CacheName[] | undefined;
  /** Bytes that may stay: what was used last stays. Nothing, if not said. */
  keep?: number | undefined;
}

/** What would go: of what may not stay, what has not been used for longest. */
export async function planClearing({ caches, keep = 0 }: ClearOptions = {}): Promise<CacheEntry[]> {
  const entries = await cacheEntries(caches ?? CACHE_NAMES.filter((name) => name !== 'hub'));
  let left = bytesOf(entries);
  const going: CacheEntry[] = [];
  for (const entry of entries.toSorted((a, b) => a.used - b.used)) {
    if (left <= keep) break;
    going.push(entry);
    left -= entry.bytes;
  }
  return going;
}

/** @throws WorkError while another process is at work with the cache: it would find what it counts on gone */
export async function clearCaches(going: readonly CacheEntry[]): Promise<void> {
  const users = await cacheUsers();
  if (users > 0)
    throw new WorkError(
      `${users === 1 ? 'a process is' : `${users} processes are`} at work with the cache`,
      'Wait for it, then clear.',
      { file: cacheFolder() },
    );
  for (const { file } of going) await rm(file, { force: true });
}

export interface Verified {
  files: number;
  /** Not as they were written; they are gone now, and are made anew when they are needed. */
  damaged: string[];
}

/** Reads all that has a checksum, and removes what is not as it was written. */
export async function verifyCaches({ progress = silent, signal }: JobOptions = {}): Promise<Verified> {
  const entries = (await cacheEntries(['audio', 'features', 'hub'])).filter(hasChecksum);
  const task = progress('verify', entries.length, 'files');
  const damaged: string[] = [];
  for (const entry of entries) {
    signal?.throwIfAborted();
    if (!(await isSound(entry))) {
      damaged.push(entry.file);
      await rm(entry.file, { force: true });
    }
    task.advance();
  }
  task.done();
  return { files: entries.length, damaged };
}

/** Files from the Hub are named by their SHA-256, but small ones, which are named otherwise. */
const hasChecksum = ({ cache, file }: CacheEntry): boolean =>
  path.extname(file) === { audio: '.samples', features: '.f16', hub: '', phones: undefined }[cache] &&
  (cache !== 'hub' || /^[0-9a-f]{64}$/.test(path.basename(file)));

async function isSound({ cache, file }: CacheEntry): Promise<boolean> {
  if (cache === 'hub') return [path.basename(file), undefined].includes(await sha256File(file).catch(() => undefined));
  const bytes = await readFile(file).catch(() => undefined);
  // Removed meanwhile by another process: there is nothing to mend.
  if (!bytes) return true;
  return cache === 'audio' ? decodeSamples(bytes) !== undefined : isSoundFeatureFile(bytes);
}

const bytesOf = (entries: readonly CacheEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);
