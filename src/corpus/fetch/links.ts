import { readdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { isInside } from '../media-folders.ts';

/**
 * Removes links that lead out of a folder, or nowhere: what was fetched must not make this machine's own files a part
 * of a corpus.
 */
export async function removeLinksOut(folder: string): Promise<void> {
  const root = await realpath(folder);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const link = path.join(entry.parentPath, entry.name);
    const target = await realpath(link).catch(() => undefined);
    if (target === undefined || !isInside(root, target)) await rm(link);
  }
}
