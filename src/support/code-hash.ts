import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

let hash: Promise<string> | undefined;

/** Sixteen hex digits of all of isogloss's own code that runs here: versions of a clone are told apart by it. */
export function codeHash(): Promise<string> {
  return (hash ??= hashOf(path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')));
}

async function hashOf(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
    .map((name) => name.split(path.sep).join('/'))
    .sort();
  const all = createHash('sha256');
  for (const name of names) all.update(`${name}\n`).update(await readFile(path.join(folder, name)));
  return all.digest('hex').slice(0, 16);
}
