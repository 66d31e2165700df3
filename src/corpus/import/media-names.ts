import path from 'node:path';
import { isInside } from '../media-folders.ts';
import type { Folder } from './folder.ts';

/** How the manifest calls files outside the corpus: by a name of their folder, which source.yaml explains. */
export class MediaNames {
  /** Name → place, as source.yaml has it. */
  readonly places: Readonly<Record<string, string>>;
  private readonly prefixes: ReadonlyMap<Folder, string>;

  /**
   * @param named the folders, and how the user wrote each: what was a full path stays one, anything else is written
   * from the corpus's folder
   */
  constructor(named: readonly { folder: Folder; written: string }[], corpus: string) {
    const places: Record<string, string> = {};
    const prefixes = new Map<Folder, string>();
    for (const { folder, written } of named) {
      const root = path.resolve(folder.root);
      if (isInside(path.resolve(corpus), root)) {
        prefixes.set(folder, path.relative(path.resolve(corpus), root).split(path.sep).join('/'));
        continue;
      }
      const name = freeName(path.basename(root), places);
      places[name] = path.isAbsolute(written) ? root : path.relative(path.resolve(corpus), root) || '.';
      prefixes.set(folder, name);
    }
    this.places = places;
    this.prefixes = prefixes;
  }

  nameOf(folder: Folder, file: string): string {
    const prefix = this.prefixes.get(folder) ?? '';
    return prefix === '' ? file : `${prefix}/${file}`;
  }
}

/** `audio` is where sounds lie that the corpus holds itself. */
function freeName(wanted: string, taken: Readonly<Record<string, string>>): string {
  const base = wanted.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-') || 'media';
  let name = base === 'audio' ? 'media' : base;
  for (let n = 2; Object.hasOwn(taken, name); n++) name = `${base}-${n}`;
  return name;
}
