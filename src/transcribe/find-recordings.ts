import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isRecording } from '../audio/is-recording.ts';
import { codeOf, InputError } from '../support/errors.ts';
import { readError } from '../support/files.ts';
import { prefetch } from '../support/prefetch.ts';

/** Files that are looked into at the same time. */
const AT_ONCE = 4;

/**
 * Files, the recordings in folders, and what patterns like `tapes/*.wav` stand for where no shell has expanded them, in
 * the order given and each once. In folders, hidden files (also the `._` files of macOS) are left out; no link leads
 * out of a folder, and no loop of links is entered.
 * @param none whether there may be nothing
 * @throws InputError when a path doesn't exist, or there is nothing to transcribe
 */
export async function recordingsAt(
  paths: readonly string[],
  { signal, none = false }: { signal?: AbortSignal | undefined; none?: boolean } = {},
): Promise<string[]> {
  const files = new Set<string>();
  for (const named of paths)
    for (const place of await expanded(named)) {
      const info = await stat(place).catch((error: unknown) => {
        throw readError(place, error);
      });
      for (const file of info.isDirectory() ? await recordingsIn(place, signal) : [place]) files.add(file);
    }
  if (files.size > 0 || none) return [...files];
  throw new InputError(
    `nothing to transcribe: there is no recording in ${paths.join(', ')}`,
    'Name recordings, or folders with recordings in them.',
    paths.length === 1 ? { file: paths[0]! } : {},
  );
}

/**
 * Looks whether paths are there, without looking into folders: before a model is fetched that may be gigabytes.
 * @throws InputError for the first that isn't
 */
export async function refuseMissing(paths: readonly string[]): Promise<void> {
  for (const named of paths)
    for (const place of await expanded(named))
      await stat(place).catch((error: unknown) => {
        throw readError(place, error);
      });
}

/** A name that exists is a name, whatever signs are in it. */
async function expanded(named: string): Promise<string[]> {
  const missing = await stat(named).then(
    () => false,
    (error: unknown) => ['ENOENT', 'EINVAL'].includes(codeOf(error) ?? ''),
  );
  if (!missing || !isDynamicPattern(named)) return [named];
  const pattern = process.platform === 'win32' ? named.replaceAll('\\', '/') : named;
  const found = await glob(pattern, {
    onlyFiles: false,
    followSymbolicLinks: false,
    expandDirectories: false,
    absolute: path.isAbsolute(named),
  });
  if (found.length > 0) return found.map((name) => path.normalize(name)).sort();
  throw new InputError('no file matches this pattern', 'Check it, or name a folder.', { file: named });
}

async function recordingsIn(folder: string, signal?: AbortSignal): Promise<string[]> {
  const names = (await filesIn(folder, '.', await realpath(folder))).sort();
  const found: string[] = [];
  for await (const { item, result } of prefetch(names, AT_ONCE, (name) => isRecording(path.join(folder, name), signal)))
    if (result) found.push(path.join(folder, item));
  return found;
}

/** Names from the folder on. */
async function filesIn(folder: string, below: string, root: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    // It was taken away between two looks.
    if (below !== '.' && codeOf(error) === 'ENOENT') return [];
    throw readError(path.join(folder, below), error);
  });
  const names: string[] = [];
  for (const entry of entries) {
    const name = path.join(below, entry.name);
    if (entry.name.startsWith('.')) continue;
    // One by one: a call takes no more than a hundred thousand arguments.
    if (entry.isDirectory()) for (const inside of await filesIn(folder, name, root)) names.push(inside);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFileInside(path.join(folder, name), root))))
      names.push(name);
  }
  return names;
}

async function isFileInside(link: string, root: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined || !target.startsWith(root + path.sep)) return false;
  return (await stat(target).catch(() => undefined))?.isFile() ?? false;
}
