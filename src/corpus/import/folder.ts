import { opendir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { readError } from '../../support/files.ts';
import { isInside } from '../media-folders.ts';

/** What ffmpeg reads: sound before film, and what was recorded before what was coded from it. */
export const SOUND_ENDINGS = [
  ...['wav', 'flac', 'aif', 'aiff', 'g722', 'opus', 'ogg', 'oga', 'm4a', 'aac', 'mp3', 'wma', 'amr'],
  ...['mp4', 'm4v', 'mov', 'mkv', 'webm', 'mts', 'mpg', 'mpeg', 'avi', 'wmv', '3gp'],
];
const SOUND = new RegExp(`\\.(${SOUND_ENDINGS.join('|')})$`, 'i');
export const isSound = (file: string): boolean => SOUND.test(file);

/** The name without folder and ending. */
export const stemOf = (file: string): string => path.posix.basename(file).replace(/\.[^.]*$/, '');

/** The files below a folder, by their paths from it with `/` between folders, in order. Hidden ones are passed over. */
export class Folder {
  readonly root: string;
  /** In order. */
  readonly files: readonly string[];
  private recordings: ReadonlyMap<string, string[]> | undefined;
  private noSound: readonly string[] | undefined;

  constructor(root: string, files: readonly string[]) {
    this.root = root;
    this.files = files;
  }

  has(file: string): boolean {
    let [low, high] = [0, this.files.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.files[middle]! < file) low = middle + 1;
      else high = middle;
    }
    return this.files[low] === file;
  }

  full(file: string): string {
    return path.join(this.root, ...file.split('/'));
  }

  /** All files but recordings: of a data set of a million clips these are few. */
  get documents(): readonly string[] {
    return (this.noSound ??= this.files.filter((file) => !isSound(file)));
  }

  /** Documents whose names end so, in whatever letters. */
  ending(...endings: readonly string[]): string[] {
    const pattern = new RegExp(`\\.(${endings.join('|')})$`, 'i');
    return this.documents.filter((file) => pattern.test(file));
  }

  /** Recordings of a name, whatever its ending and letters: best sound first. */
  recordingsNamed(stem: string): readonly string[] {
    this.recordings ??= byStem(this.files.filter(isSound));
    return this.recordings.get(comparable(stem)) ?? [];
  }
}

/** File systems differ in how they spell accents, and people in small and capital letters. */
const comparable = (name: string): string => name.normalize('NFC').toLowerCase();

function byStem(files: readonly string[]): Map<string, string[]> {
  const rank = (file: string): number => SOUND_ENDINGS.indexOf(file.slice(file.lastIndexOf('.') + 1).toLowerCase());
  const found = new Map<string, string[]>();
  for (const file of files) {
    const key = comparable(stemOf(file));
    const same = found.get(key);
    if (same) same.push(file);
    else found.set(key, [file]);
  }
  for (const same of found.values()) if (same.length > 1) same.sort((a, b) => rank(a) - rank(b));
  return found;
}

/**
 * Looks at what lies below a folder. Links are followed to files that lie below it too, and not out of it.
 * @throws InputError when it can't be read
 */
export async function openFolder(root: string): Promise<Folder> {
  const files: string[] = [];
  const real = await realpath(root).catch((error: unknown) => {
    throw readError(root, error);
  });
  await walk(root, '', real, files);
  return new Folder(root, files.sort());
}

async function walk(root: string, inside: string, real: string, files: string[]): Promise<void> {
  const folders: string[] = [];
  const entries = await opendir(path.join(root, inside), { bufferSize: 1024 }).catch((error: unknown) => {
    throw readError(path.join(root, inside), error);
  });
  for await (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) folders.push(name);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFileInside(path.join(root, name), real))))
      files.push(name);
  }
  for (const folder of folders) await walk(root, folder, real, files);
}

async function isFileInside(link: string, root: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  return target !== undefined && isInside(root, target) && (await stat(target)).isFile();
}
