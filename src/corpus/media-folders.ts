import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { codeOf } from '../support/errors.ts';
import { sourceFile } from './importers/packaged/terms.ts';

const schema = z.object({ media: z.record(z.string(), z.string()) });

interface Known {
  changed: number;
  folders: Readonly<Record<string, string>>;
}

const known = new Map<string, Known>();

/**
 * The folders outside a corpus that its owner gave to `corpus import`: a name in the manifest's paths → a full path. Read anew
 * when source.yaml has changed.
 */
export function mediaFolders(folder: string): Readonly<Record<string, string>> {
  const file = sourceFile(path.resolve(folder));
  const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const before = known.get(file);
  if (before?.changed === changed) return before.folders;
  const folders = changed === 0 ? {} : foldersIn(file);
  known.set(file, { changed, folders });
  return folders;
}

/** What is wrong with source.yaml is told where all of it is read. */
function foldersIn(file: string): Record<string, string> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
  const { media } = schema.safeParse(content).data ?? { media: {} };
  return Object.fromEntries(
    Object.entries(media).map(([name, place]) => [name, path.resolve(path.dirname(file), place)]),
  );
}

/**
 * Where a file is that a manifest names.
 * @returns undefined when that is outside the corpus's folder and its media folders
 */
export function fileIn(folder: string, name: string): string | undefined {
  const [first = '', ...rest] = name.split('/');
  const media = mediaFolders(folder);
  const root = Object.hasOwn(media, first) ? media[first]! : path.resolve(folder);
  const full = path.resolve(root, root === media[first] ? rest.join('/') : name);
  return !path.isAbsolute(name) && isInside(root, full) ? full : undefined;
}

/** Whether a file lies in the folder that it is named in when links are followed. What isn't there yet can't lead anywhere. */
export function staysInside(folder: string, name: string): boolean {
  const [first = ''] = name.split('/');
  const root = mediaFolders(folder)[first] ?? folder;
  const full = fileIn(folder, name);
  if (full === undefined) return false;
  try {
    return isInside(realpathSync(root), realpathSync(full));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return true;
  }
}

export function isInside(root: string, full: string): boolean {
  const relative = path.relative(root, full);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
