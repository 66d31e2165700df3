import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { codeOf } from '../support/errors.ts';
import { docsPage } from '../support/package.ts';
import { shaped } from '../support/shape.ts';
import { parseYaml } from '../support/yaml.ts';
import { sourceFile } from './importers/packaged/terms.ts';

const schema = z.looseObject({ media: z.record(z.string(), z.string()).default({}) });

interface Known {
  changed: number;
  folders: Readonly<Record<string, string>>;
}

const known = new Map<string, Known>();

/**
 * The folders outside a corpus that its owner gave to `corpus import`: a name in the manifest's paths → a full path.
 * Read anew when source.yaml has changed.
 * @throws InputError when source.yaml is not as it should be
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

function foldersIn(file: string): Record<string, string> {
  const next = `${docsPage('corpora.md')} lists the fields of source.yaml.`;
  const { value } = parseYaml(readFileSync(file, 'utf8'), file, next);
  const { media } = shaped(schema, value, { file }, next);
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

/**
 * Whether a file lies in the folder that it is named in when links are followed. What isn't there yet can't lead
 * anywhere.
 */
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
