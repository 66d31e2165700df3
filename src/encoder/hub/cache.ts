import { copyFile, link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../../support/cache-folder.ts';
import { codeOf } from '../../support/errors.ts';
import { temporaryBeside, writeAtomic, writeError, writeJson } from '../../support/files.ts';

/*
 * What came from the Hub, laid out as Hugging Face's Python tools have it in their own cache:
 *   models--OWNER--REPO/blobs/CHECKSUM              files, each once
 *                       snapshots/COMMIT/NAME       the same by their names, as hard links
 *                       commits/COMMIT.json         names of all files of a commit
 *                       refs/REVISION               the commit that a branch or tag was on when last asked
 * All of it may be deleted at any time.
 */

const folderOf = (id: string): string => path.join(cacheFolder(), 'hub', `models--${id.replace('/', '--')}`);
const refFile = (id: string, revision: string): string => path.join(folderOf(id), 'refs', encodeURIComponent(revision));
const commitFile = (id: string, commit: string): string => path.join(folderOf(id), 'commits', `${commit}.json`);

export const blobFile = (id: string, checksum: string): string => path.join(folderOf(id), 'blobs', checksum);
export const snapshotFile = (id: string, commit: string, name: string): string =>
  path.join(folderOf(id), 'snapshots', commit, name);

/** A full commit hash names one state for ever; anything else may move. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** The commit that a revision was on when last asked. */
export async function knownCommit(id: string, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  return readFile(refFile(id, revision), 'utf8').catch(() => undefined);
}

/** Names of a commit's files, if they were asked for before. */
export async function knownFiles(id: string, commit: string): Promise<string[] | undefined> {
  const text = await readFile(commitFile(id, commit), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as string[]);
}

export async function remember(id: string, revision: string, commit: string, files: readonly string[]): Promise<void> {
  await writeJson(commitFile(id, commit), files);
  if (!isCommit(revision)) await writeAtomic(refFile(id, revision), commit);
}

/** Gives a file its name in a snapshot. Where a file can't have two names, it is copied. */
export async function putIntoSnapshot(blob: string, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = temporaryBeside(file);
  try {
    await link(blob, temporary).catch(() => copyFile(blob, temporary));
    await rename(temporary, file);
  } catch (error) {
    throw writeError(file, error);
  } finally {
    // Where another process was quicker, both are names of one file, and a renaming does nothing (POSIX).
    await rm(temporary, { force: true });
  }
}

/** A state of a repository, some of whose files are here. */
export interface CachedSnapshot {
  id: string;
  commit: string;
  /** Where files with these names are. */
  folder: string;
  /** Names of the files that are here. */
  files: string[];
}

/** All that is here. */
export async function cachedSnapshots(): Promise<CachedSnapshot[]> {
  const root = path.join(cacheFolder(), 'hub');
  const found: CachedSnapshot[] = [];
  for (const name of (await namesIn(root)).filter((entry) => /^models--.+--/.test(entry)))
    for (const commit of (await namesIn(path.join(root, name, 'snapshots'))).filter(isCommit)) {
      const folder = path.join(root, name, 'snapshots', commit);
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'))
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
      found.push({ id: name.replace(/^models--/, '').replace('--', '/'), commit, folder, files });
    }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
