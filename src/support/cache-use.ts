import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { writeError } from './files.ts';
import { isFromHere, leftoversIn, ownerTag } from './leftovers.ts';

const PREFIX = '.in-use.';
/** What a process of another machine has said counts for so long. */
const FOREIGN_MS = 24 * 3600_000;

/** Works while it is known that this process needs what is in the cache: `cache clear` leaves it alone meanwhile. */
export async function withCacheInUse<T>(work: () => Promise<T>): Promise<T> {
  const file = path.join(cacheFolder(), `${PREFIX}${ownerTag()}`);
  try {
    await mkdir(cacheFolder(), { recursive: true });
    await writeFile(file, '');
  } catch (error) {
    throw writeError(file, error);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** How many processes are at work with the cache; what killed ones said is removed. */
export const cacheUsers = async (): Promise<number> => (await beginnings()).length;

/** When the oldest of them began, in ms since 1970, this process among them: what was used since then may be in use. */
export const cacheUsedSince = async (): Promise<number> => Math.min(performance.timeOrigin, ...(await beginnings()));

async function beginnings(): Promise<number[]> {
  const folder = cacheFolder();
  // What another user's process has left may be for that user alone to remove.
  for (const stale of await leftoversIn(folder)) await rm(stale, { force: true }).catch(() => {});
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(PREFIX));
  const times = names.map(async (name) => {
    const info = await stat(path.join(folder, name)).catch(() => undefined);
    // Of this machine's, those that are no more are gone by now.
    const counts = info && (isFromHere(name) || Date.now() - info.mtimeMs < FOREIGN_MS);
    return counts ? [info.mtimeMs] : [];
  });
  return (await Promise.all(times)).flat();
}
