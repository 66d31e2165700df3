import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { audioPath, readManifest } from '../../corpus/manifest.ts';
import { findCorpus } from '../../corpus/source.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { sha256, sha256File } from '../../support/files.ts';
import { recordingsAt } from '../../transcribe/find-recordings.ts';

/** A stretch of a recording, in seconds; to its ends where they are absent. */
interface Stretch {
  start?: number | undefined;
  end?: number | undefined;
}

/** Recordings that nobody has transcribed, and what of them the corpus has all the same. */
export interface Untranscribed {
  /** By full path, links resolved. */
  files: string[];
  /**
   * Stretches that the corpus names, in whatever part they are: they are not to be learnt from twice, those of test not
   * at all.
   */
  taken: ReadonlyMap<string, readonly Stretch[]>;
}

/**
 * The recordings that a recipe names under `untranscribed`. Those that its corpus has whole are left out, under another
 * name too.
 * @returns undefined where it names none
 * @throws InputError where there is no recording
 */
export async function findUntranscribed(recipe: Recipe, signal?: AbortSignal): Promise<Untranscribed | undefined> {
  if (recipe.untranscribed === undefined) return undefined;
  const found = await recordingsAt([recipe.untranscribed].flat(), { signal });
  const files = [...new Set(await Promise.all(found.map((file) => realpath(file))))];
  const taken = await stretchesOf(recipe);
  const copies = await copiesOf([...taken.keys()], files);
  for (const [file, original] of copies) taken.set(file, taken.get(original)!);
  const whole = (file: string): boolean =>
    taken.get(file)?.some(({ start, end }) => start === undefined && end === undefined) ?? false;
  return { files: files.filter((file) => !whole(file)), taken };
}

/** Their sizes by name, which tell whether they are the same as before: an archive takes too long to read for that. */
export async function sizesOf(untranscribed: Untranscribed | undefined): Promise<Record<string, string>> {
  const files = untranscribed?.files ?? [];
  const sizes = await Promise.all(files.map(async (file) => [path.basename(file), String((await stat(file)).size)]));
  return files.length === 0 ? {} : { untranscribed: sha256(JSON.stringify(sizes.sort())) };
}

export function isTaken({ taken }: Untranscribed, file: string, from: number, to: number): boolean {
  return (taken.get(file) ?? []).some(({ start = 0, end = Infinity }) => from < end && to > start);
}

async function stretchesOf({ corpus }: Recipe): Promise<Map<string, Stretch[]>> {
  const real = new Map<string, string | undefined>();
  const stretches = new Map<string, Stretch[]>();
  for (const name of [corpus].flat()) {
    const { folder } = findCorpus(name);
    for await (const { utterance, line } of readManifest(folder)) {
      const named = audioPath(folder, utterance, line);
      // A recording that isn't there is set aside elsewhere.
      if (!real.has(named)) real.set(named, await realpath(named).catch(() => undefined));
      const file = real.get(named);
      if (file === undefined) continue;
      const { start, end } = utterance;
      stretches.set(file, [...(stretches.get(file) ?? []), { start, end }]);
    }
  }
  return stretches;
}

/** Files with the bytes of one of the originals: copy → original. Only those of the same size are read. */
async function copiesOf(originals: readonly string[], files: readonly string[]): Promise<Map<string, string>> {
  const bySize = new Map<number, string[]>();
  for (const file of originals) {
    const { size } = await stat(file);
    bySize.set(size, [...(bySize.get(size) ?? []), file]);
  }
  const known = new Set(originals);
  const copies = new Map<string, string>();
  for (const file of files) {
    const alike = known.has(file) ? undefined : bySize.get((await stat(file)).size);
    if (!alike) continue;
    const hash = await sha256File(file);
    for (const original of alike)
      if (!copies.has(file) && (await sha256File(original)) === hash) copies.set(file, original);
  }
  return copies;
}
