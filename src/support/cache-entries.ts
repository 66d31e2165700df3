import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/** What is kept between runs, by folder. All of it is made anew when it is missing. */
export const CACHES = {
  audio: 'recordings, decoded',
  features: 'what encoders made of recordings',
  phones: 'what espeak-ng made of texts',
  hub: 'files from the Hugging Face Hub',
} as const;

export type CacheName = keyof typeof CACHES;

export const CACHE_NAMES = Object.keys(CACHES) as CacheName[];

/** A file of a cache. */
export interface CacheEntry {
  cache: CacheName;
  file: string;
  bytes: number;
  /** When it was last read or written, in ms since 1970, as far as the system keeps that. */
  used: number;
}

/** Files of some caches. A file with two names (as those from the Hub have) counts by each, its bytes once. */
export async function cacheEntries(caches: readonly CacheName[] = CACHE_NAMES): Promise<CacheEntry[]> {
  const found: CacheEntry[] = [];
  const seen = new Set<string>();
  for (const cache of caches) {
    const folder = path.join(cacheFolder(), cache);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      // Another process may have removed it.
      const info = await stat(file).catch(() => undefined);
      if (!info) continue;
      const again = seen.has(`${info.dev} ${info.ino}`);
      seen.add(`${info.dev} ${info.ino}`);
      found.push({ cache, file, bytes: again ? 0 : info.size, used: usedAt(info) });
    }
  }
  return found;
}

export const usedAt = ({ atimeMs, mtimeMs }: Stats): number => Math.max(atimeMs, mtimeMs);
