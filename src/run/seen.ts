import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestPath, readManifest } from '../corpus/manifest.ts';
import { fileIn } from '../corpus/media-folders.ts';
import { findCorpus } from '../corpus/source.ts';
import { corporaHere } from '../dataset/corpora.ts';
import type { Recipe } from '../recipe/schema.ts';
import { sha256, writeAtomic } from '../support/files.ts';
import { prefetch } from '../support/prefetch.ts';
import { recordingsAt } from '../transcribe/find-recordings.ts';
import { versions } from '../support/versions.ts';
import { finishedRun, folderFor, modelFolder } from './folder.ts';
import { readInputs } from './inputs.ts';
import type { RunResult } from './result.ts';

/** In a run's folder: what its files looked like from outside. */
const SEEN = 'inputs.seen';

/**
 * What all files that a run reads look like from outside: names, sizes, times. As long as that stays as it was, none
 * has to be read again to know that they are the same.
 * @returns a hash; undefined where that can't be told from outside
 */
export async function lookOf(recipe: Recipe, runs: string): Promise<string | undefined> {
  try {
    const files = [...(await corpusFiles(recipe)), ...(await otherFiles(recipe, runs))];
    const looks: string[] = [versions().isogloss];
    for await (const { item, result } of prefetch(files, 16, (file) => stat(file).catch(() => undefined)))
      looks.push(`${path.resolve(item)} ${result ? `${result.size} ${result.mtimeMs}` : 'is not there'}`);
    return sha256(looks.join('\n'));
  } catch {
    // Whatever is wrong is told by who reads it.
    return undefined;
  }
}

/** The run that was finished with files of this look, if there is one. @param base where the recipe runs first */
export async function finishedWith(look: string | undefined, base: string): Promise<RunResult | undefined> {
  if (look === undefined) return undefined;
  const beside = await readdir(path.dirname(base)).catch(() => []);
  for (const name of beside.filter((name) => name.startsWith(path.basename(base))).sort()) {
    const folder = path.join(path.dirname(base), name);
    if ((await readFile(path.join(folder, SEEN), 'utf8').catch(() => undefined)) !== look) continue;
    const known = await finishedRun(folder);
    const inputs = await readInputs(folder);
    if (!known || !inputs) continue;
    const { changed } = await folderFor(base, inputs);
    return { ...known, ...(changed ? { changed } : {}) };
  }
  return undefined;
}

export async function rememberLook(look: string | undefined, folder: string): Promise<void> {
  if (look !== undefined) await writeAtomic(path.join(folder, SEEN), look);
}

async function corpusFiles(recipe: Recipe): Promise<string[]> {
  const { places, toFetch } = corporaHere(recipe);
  if (toFetch.length > 0) throw new Error('not all corpora are here');
  const files = new Set<string>();
  for (const { folder, sourceFolder } of places) {
    files.add(manifestPath(folder));
    if (sourceFolder !== undefined) files.add(path.join(sourceFolder, 'source.yaml'));
    for await (const { utterance } of readManifest(folder)) files.add(fileIn(folder, utterance.audio)!);
  }
  return [...files];
}

/** What a recipe names besides its corpora. */
async function otherFiles(recipe: Recipe, runs: string): Promise<string[]> {
  const { split, decoding, encoder, start, training, untranscribed } = recipe;
  const texts = (decoding.language_model?.texts ?? []).map((name) =>
    existsSync(name) ? name : manifestPath(findCorpus(name).folder),
  );
  const models = [encoder.model, ...(training.teacher ? [training.teacher.model] : [])];
  const folders = [...models.filter((name) => existsSync(name)), ...texts];
  if (start !== undefined && (/\.ya?ml$/.test(start) || existsSync(start)))
    folders.push(await modelFolder(start, runs));
  const files = await Promise.all(folders.map(filesIn));
  const speech = untranscribed === undefined ? [] : await recordingsAt([untranscribed].flat());
  return [...(split.file === undefined ? [] : [split.file]), ...files.flat(), ...speech];
}

async function filesIn(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place];
  const entries = await readdir(place, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => path.join(place, name));
}
