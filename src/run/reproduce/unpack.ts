import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { sha256, writeAtomic } from '../../support/files.ts';
import { shaped } from '../../support/shape.ts';
import { unpackZip } from '../../support/zip-file.ts';
import type { Beside } from './beside.ts';
import { BESIDE, HOTWORDS, placedIn, withPlaces } from './places.ts';

const hotwordsSchema = z.array(z.string().min(1));
const lockSchema = z.looseObject({ recipe: z.looseObject({ corpus: z.union([z.string(), z.array(z.string())]) }) });

/**
 * Unpacks what lies beside an archive's recipe, and looks for what has to be put there.
 * @param corpora name of a corpus → where it is here
 * @returns the recipe with all of it where it is now
 * @throws InputError naming what is needed and where to put it
 */
export async function unpackBeside(
  archive: string,
  recipe: Recipe,
  beside: readonly Beside[],
  { folder, corpora }: { folder: string; corpora: ReadonlyMap<string, string> },
): Promise<Recipe> {
  const there = beside.every(({ name, packed }) => !packed || existsSync(path.join(folder, name)));
  if (!there) {
    await unpackZip(archive, folder, (name) => name.startsWith(`${BESIDE}/`));
    await placeLock(path.join(folder, BESIDE, 'start/recipe.lock.yaml'), folder, corpora);
  }
  const missing = beside.filter(({ name }) => !existsSync(path.join(folder, name)));
  if (missing.length > 0) throw isNeeded(archive, folder, missing);
  const withheld = beside.find(({ name }) => name === HOTWORDS);
  const placed = withPlaces(recipe, (place) => placedIn(folder, place));
  if (!withheld) return placed;
  return { ...placed, decoding: { ...placed.decoding, hotwords: await hotwordsIn(folder, withheld) } };
}

/** The earlier run's corpora and list are looked for where this run's are. */
async function placeLock(file: string, folder: string, corpora: ReadonlyMap<string, string>): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const { recipe } = shaped(lockSchema, parse(text), { file }, 'Copy the archive again.');
  const placed = withPlaces(recipe as unknown as Recipe, (place, kind) =>
    kind === 'corpus' ? (corpora.get(place) ?? place) : placedIn(folder, place),
  );
  await writeAtomic(file, stringify({ recipe: placed }));
}

async function hotwordsIn(folder: string, { name, sha256: hash }: Beside): Promise<string[]> {
  const file = path.join(folder, name);
  const next = 'Write the list as the run’s recipe has it, in its order: ["one", "two"].';
  try {
    const words = hotwordsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (sha256(JSON.stringify(words)) === hash) return words;
  } catch (error) {
    throw new InputError('no list of hotwords', next, { file }, error);
  }
  throw new InputError('these are not the hotwords of the run', next, { file });
}

function isNeeded(archive: string, folder: string, missing: readonly Beside[]): InputError {
  const each = missing.map(({ name, what, sha256: hash }) => {
    const known = hash === undefined ? '' : ` (SHA-256 ${hash.slice(0, 16)}…)`;
    return `${what}${known}: ${path.join(folder, name)}`;
  });
  return new InputError(
    `${missing.length === 1 ? 'something is' : `${missing.length} things are`} needed that the archive ` +
      `doesn’t hold:\n` +
      each.map((line) => `  ${line}`).join('\n'),
    'Ask its makers for it, and put it there.',
    { file: archive },
  );
}
