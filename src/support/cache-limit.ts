import { rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { cacheEntries, usedAt, type CacheEntry, type CacheName } from './cache-entries.ts';
import { cacheFolder } from './cache-folder.ts';
import { cacheUsedSince } from './cache-use.ts';
import { InputError } from './errors.ts';
import { notice } from './notices.ts';
import { inBytes, readSize } from './size.ts';

/** What the limit is about: what came from the Hub would have to be downloaded again. */
const LIMITED: readonly CacheName[] = ['audio', 'features', 'phones'];

/** The cache is looked at again whenever so much of the limit has been written. */
const STEP = 1 / 50;

/** Bytes that this process has written since it looked. */
let written = Infinity;
let looking: Promise<void> = Promise.resolve();

/**
 * Makes room for a file that is to be written into the cache, where ISOGLOSS_CACHE_LIMIT bounds it: what has not been
 * used for longest goes, but nothing that has been used since the oldest of the processes at work with the cache began.
 * @throws InputError when the limit is no size
 */
export async function makeRoom(file: string, bytes: number): Promise<void> {
  const limit = cacheLimit();
  if (limit === undefined || !file.startsWith(cacheFolder() + path.sep)) return;
  written += bytes;
  const step = Math.max(bytes, STEP * limit);
  if (written > step) {
    written = bytes;
    looking = looking.then(() => shrink(limit - step, limit));
  }
  await looking;
}

/** In bytes; undefined where there is none. @throws InputError when it is no size */
export function cacheLimit(): number | undefined {
  const text = process.env.ISOGLOSS_CACHE_LIMIT;
  if (text === undefined || text === '') return undefined;
  try {
    return readSize(text);
  } catch (error) {
    throw new InputError(`ISOGLOSS_CACHE_LIMIT: ${text} is no size`, 'Set it to 500MB or 20GB.', {}, error);
  }
}

/**
 * Says that a file of the cache is used now: not every system notes when a file is read.
 * @returns whether it is there
 */
export async function touch(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}

async function shrink(most: number, limit: number): Promise<void> {
  const since = await cacheUsedSince();
  const entries = await cacheEntries(LIMITED);
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const entry of entries.filter(({ used }) => used < since).sort((a, b) => a.used - b.used)) {
    if (left <= most) return;
    if (await removeUnused(entry)) left -= entry.bytes;
  }
  if (left > most)
    notice(`the cache takes ${inBytes(left)}, of ${inBytes(limit)} that it may: all that is in it is in use`);
}

/** Another process may just have begun to use it. */
async function removeUnused({ file, used }: CacheEntry): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (info && usedAt(info) > used) return false;
  return rm(file, { force: true }).then(
    () => true,
    () => false,
  );
}
