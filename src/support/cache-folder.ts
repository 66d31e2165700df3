import { homedir } from 'node:os';
import path from 'node:path';

/** Where caches are kept: ISOGLOSS_CACHE, else the system's place for them. All of it may be deleted at any time. */
export function cacheFolder(): string {
  const named = process.env.ISOGLOSS_CACHE;
  if (named) return named;
  if (process.platform === 'win32') return path.join(process.env.LOCALAPPDATA ?? homedir(), 'isogloss');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'isogloss');
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'isogloss');
}
