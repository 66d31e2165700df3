import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MediaLink } from '../../formats/index.ts';
import { isInside } from '../media-folders.ts';
import { isSound, stemOf, type Folder } from './folder.ts';

/** A file in one of the folders that were given. */
export interface FoundFile {
  folder: Folder;
  file: string;
}

export interface FoundRecording extends FoundFile {
  /** The name by which it was found. */
  name: string;
}

/**
 * Finds the recording that a file speaks of: where it says, else of the same name with any ending, beside it or as near
 * as can be.
 * @param folders the one that the file is in first
 * @param near the file
 * @param names paths or names of the recording, the surest first
 */
export function findRecording(
  folders: readonly Folder[],
  near: string,
  names: readonly string[],
): FoundRecording | undefined {
  for (const name of names) {
    const there = whereItSays(folders, near, name);
    if (there) return { ...there, name };
  }
  for (const name of names) {
    const found = ofThatName(folders, near, stemOf(name.replaceAll('\\', '/')));
    if (found) return { ...found, name };
  }
  return undefined;
}

function whereItSays(folders: readonly Folder[], near: string, name: string): FoundFile | undefined {
  const written = name.replaceAll('\\', '/');
  const [home] = folders as [Folder, ...Folder[]];
  if (!path.isAbsolute(written)) {
    const beside = path.posix.dirname(near);
    const file = beside === '.' && isPlain(written) ? written : path.posix.join(beside, written);
    if (home.has(file)) return { folder: home, file };
  }
  for (const folder of folders) {
    const file = isPlain(written) ? written : insideOf(folder, written);
    if (file !== undefined && folder.has(file)) return { folder, file };
  }
  return undefined;
}

/** As nearly all of a table's thousands are: there is nothing to resolve. */
const isPlain = (written: string): boolean => !/^\/|^[A-Za-z]:|\/\/|(^|\/)\.\.?(\/|$)/.test(written);

/** The way to a file below a folder; none where it lies elsewhere. */
function insideOf({ root }: Folder, written: string): string | undefined {
  const full = path.isAbsolute(written) ? written : path.join(root, written);
  return isInside(root, full) ? path.relative(root, full).split(path.sep).join('/') : undefined;
}

/** The one in the nearest folder; where two are as near, neither is taken. */
function ofThatName(folders: readonly Folder[], near: string, stem: string): FoundFile | undefined {
  if (stem === '') return undefined;
  for (const folder of folders) {
    const same = folder.recordingsNamed(stem);
    if (same.length === 0) continue;
    const distance = (file: string): number =>
      folder === folders[0] ? steps(path.posix.dirname(near), path.posix.dirname(file)) : file.split('/').length;
    const nearest = Math.min(...same.map(distance));
    const candidates = same.filter((file) => distance(file) === nearest);
    const [first] = candidates;
    const places = new Set(candidates.map((file) => path.posix.dirname(file)));
    if (first !== undefined && places.size === 1) return { folder, file: first };
  }
  return undefined;
}

/** Folders up and down from one to the other. */
function steps(from: string, to: string): number {
  const relative = path.posix.relative(from, to);
  return relative === '' ? 0 : relative.split('/').length;
}

/** Recordings that a document of annotations may mean: sound before film, then one of its own name. */
export function namesOf(media: readonly MediaLink[], file: string): { name: string; link?: MediaLink }[] {
  const linked = media.flatMap((link) =>
    [link.relativeUrl, link.url].flatMap((url) => {
      const name = url === undefined ? undefined : pathOf(url);
      return name === undefined ? [] : [{ name, link }];
    }),
  );
  const film = ({ name, link }: { name: string; link: MediaLink }): boolean =>
    /^video/.test(link.mime ?? '') || /\.(mp4|m4v|mov|mkv|webm|mts|mpe?g|avi|wmv|3gp)$/i.test(name);
  const own = stemOf(file).replace(/\.annotations$/i, '');
  return [
    ...linked.filter((one) => !film(one)),
    ...linked.filter(film),
    // SayMore's `story.mp3.annotations.eaf` is of `story.mp3`.
    ...(isSound(own) ? [{ name: own }] : []),
    { name: `${own}.wav` },
  ];
}

/** A path as a link has it: a URL with its signs decoded, or a path of whatever system. */
function pathOf(url: string): string | undefined {
  if (/^file:/i.test(url)) {
    try {
      return fileURLToPath(url.replace(/^file:\/\/\/?(?=[A-Za-z]:)/i, 'file:///').replace(/^file:\/+/i, 'file:///'));
    } catch {
      return undefined;
    }
  }
  if (/^[a-z][a-z+.-]+:\/\//i.test(url)) return undefined;
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
