import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { readError, sha256File } from '../../../support/files.ts';
import { durationOf } from '../../../audio/duration.ts';
import type { Utterance } from '../../utterance.ts';

/**
 * All files below a folder, relative to it with `/` between folders, in a fixed order.
 * @throws InputError when the folder can't be read
 */
export async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw readError(root, error);
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  return files.map((file) => file.split(path.sep).join('/')).sort();
}

/** Copies a recording into a corpus, to `audio/<file>`. */
export async function keepRecording(
  from: string,
  file: string,
  folder: string,
): Promise<Pick<Utterance, 'audio' | 'duration'>> {
  const audio = path.posix.join('audio', file);
  const target = path.join(folder, audio);
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(from, target);
  const duration = await durationOf(target);
  return { audio, ...(duration === undefined ? {} : { duration }) };
}

/** Tells copies among recordings: of each asked about, the item that had the same content before it, if any did. */
export class Copies {
  private readonly byContent = new Map<string, string>();

  async of(file: string, item: string): Promise<string | undefined> {
    const content = await sha256File(file);
    const same = this.byContent.get(content);
    if (same === undefined) this.byContent.set(content, item);
    return same;
  }
}
