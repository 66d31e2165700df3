import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Utterance } from '../../../src/corpus/utterance.ts';
import type { SetAside } from '../../../src/support/errors.ts';

/** What every source.yaml says, whatever the importer. */
export const about = {
  title: 'Test',
  language: 'mul',
  licence: 'CC0-1.0',
  attribution: 'nobody',
  upstream: 'https://example.org/',
  packages: [],
};

export interface Imported {
  utterances: Utterance[];
  setAside: SetAside[];
}

export async function imported(items: AsyncIterable<Utterance | SetAside>): Promise<Imported> {
  const result: Imported = { utterances: [], setAside: [] };
  for await (const item of items) {
    if ('reason' in item) result.setAside.push(item);
    else result.utterances.push(item);
  }
  return result;
}

/** Reasons by item. */
export const reasons = ({ setAside }: Imported): Record<string, string> =>
  Object.fromEntries(setAside.map(({ item, reason }) => [item, reason]));

/** Writes files below a folder, with the folders they are in. */
export async function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, data] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), data);
  }
}
