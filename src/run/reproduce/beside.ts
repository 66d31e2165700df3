import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { readSplitList, splitListText } from '../../corpus/split/list-file.ts';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { readText, sha256, sha256File } from '../../support/files.ts';
import type { ZipEntry } from '../../support/zip-file.ts';
import { modelFolder } from '../folder.ts';
import { readInputs, type RunInputs } from '../inputs.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { LockedRun } from './locked-run.ts';
import { BESIDE, HOTWORDS, withPlaces, type PlaceKind } from './places.ts';

/** Something that a recipe names beside itself, as `beside.json` has it. */
export interface Beside {
  /** Where it lies, or has to be put. */
  name: string;
  /** In plain words. */
  what: string;
  /** Whether it is in the archive. */
  packed: boolean;
  /** Of its bytes. */
  sha256?: string;
}

/** A recipe that names no place of the machine it ran on, with what lies beside it. */
export interface Portable {
  recipe: Recipe;
  /** As the run's recipe names it → as the archive's does. */
  renames: ReadonlyMap<string, string>;
  beside: Beside[];
  entries: ZipEntry[];
}

interface Found {
  beside: Beside[];
  entries: ZipEntry[];
}

/**
 * What an archive holds besides its run: the list of its split, the model that it went on from, with texts also those
 * of its language model. Encoders and recordings are never in it.
 * @throws InputError for what is gone, or is not as the run has read it
 */
export async function portable(folder: string, run: LockedRun, withTexts: boolean): Promise<Portable> {
  const { recipe } = run.lock;
  const renames = new Map<string, string>();
  const named = withPlaces(recipe, (place, kind, i) => {
    const name = nameFor(run, place, kind, i);
    if (name !== place) renames.set(place, name);
    return name;
  });
  const found = [
    await splitList(recipe, run.inputs, `${BESIDE}/split.tsv`),
    await modelBefore(folder, run, withTexts),
    await languageTexts(run, named, withTexts),
    hotwords(recipe, withTexts),
    neverPacked(named),
  ];
  const { decoding } = named;
  return {
    recipe: withTexts ? named : { ...named, decoding: { ...decoding, hotwords: [] } },
    renames,
    beside: found.flatMap(({ beside }) => beside),
    entries: found.flatMap(({ entries }) => entries),
  };
}

function nameFor({ lock: { locked } }: LockedRun, place: string, kind: PlaceKind, index: number): string {
  const base = path.basename(path.resolve(place));
  const { from } = (locked.encoder ?? {}) as { from?: string };
  const names: Record<PlaceKind, string> = {
    corpus: base,
    split: `${BESIDE}/split.tsv`,
    text: isFile(place) ? `${BESIDE}/texts/${index + 1}${path.extname(place)}` : base,
    start: isHere(place) ? `${BESIDE}/start/model` : place,
    encoder: from === 'file' || from === 'folder' ? `${BESIDE}/encoder/${base}` : place,
    teacher: existsSync(place) ? `${BESIDE}/teacher/${base}` : place,
    untranscribed: `${BESIDE}/untranscribed/${index + 1}`,
  };
  return names[kind];
}

/** What has no ending is a text corpus. */
const isFile = (text: string): boolean => /\.\w+$/.test(text);
/** Else it is a recogniser on the Hub. */
const isHere = (start: string): boolean => /\.ya?ml$/.test(start) || existsSync(start);

async function splitList({ split: { file } }: Recipe, inputs: RunInputs, name: string): Promise<Found> {
  if (file === undefined) return { beside: [], entries: [] };
  const { parts } = await readSplitList(file);
  const moved = inputs.utterances.find(({ id, split }) => parts.get(id) !== split);
  if (moved) throw changed(file, `${moved.id} was in ${moved.split}`);
  const content = splitListText([...parts].map(([id, split]) => ({ id, split })));
  return {
    beside: [{ name, what: 'the list of the split', packed: true, sha256: sha256(content) }],
    entries: [{ name, content }],
  };
}

/** The model that it went on from; the lock beside that says which texts are not to be tested again. */
async function modelBefore(
  folder: string,
  { lock: { recipe }, inputs }: LockedRun,
  withTexts: boolean,
): Promise<Found> {
  const { start } = recipe;
  if (start === undefined || !isHere(start)) return { beside: [], entries: [] };
  const model = await modelFolder(start, path.dirname(folder));
  const name = `${BESIDE}/start/model`;
  const what = 'the model that it went on from';
  if (!withTexts && /"hotwords": *\[\s*"/.test(await readText(path.join(model, 'model.json'))))
    return { beside: [{ name, what: `${what}, which has hotwords`, packed: false }], entries: [] };
  const files = (await readdir(model, { withFileTypes: true })).filter((entry) => entry.isFile());
  const entries: ZipEntry[] = [];
  for (const { name: file } of files) {
    const from = path.join(model, file);
    await holdToHash(from, inputs, `start ${file}`);
    entries.push({ name: `${name}/${file}`, content: { file: from } });
  }
  const around = await lockAround(path.dirname(path.resolve(model)));
  return { beside: [{ name, what, packed: true }, ...around.beside], entries: [...entries, ...around.entries] };
}

/** Of the earlier run's lock what says how its corpus was divided. */
async function lockAround(folder: string): Promise<Found> {
  const run = new RunFolder(folder);
  const inputs = await readInputs(folder);
  if (!run.exists || !inputs) return { beside: [], entries: [] };
  const { name, language, corpus, split, text, seed } = await run.recipe();
  const plain = recipeSchema.parse({ name, language, corpus, split, text, seed });
  const list = await splitList(plain, inputs, `${BESIDE}/start/split.tsv`);
  const recipe = withPlaces(plain, (place, kind) =>
    kind === 'split' ? `${BESIDE}/start/split.tsv` : kind === 'corpus' ? path.basename(path.resolve(place)) : place,
  );
  const lock = { name: `${BESIDE}/start/recipe.lock.yaml`, content: stringify({ recipe }) };
  const what = 'how its corpus was divided';
  return {
    beside: [...list.beside, { name: lock.name, what, packed: true, sha256: sha256(lock.content) }],
    entries: [...list.entries, lock],
  };
}

async function languageTexts({ lock: { recipe }, inputs }: LockedRun, named: Recipe, packed: boolean): Promise<Found> {
  const found: Found = { beside: [], entries: [] };
  const names = named.decoding.language_model?.texts ?? [];
  for (const [i, file] of (recipe.decoding.language_model?.texts ?? []).entries()) {
    if (!isFile(file)) continue;
    const hash = inputs.files.find((one) => one.file === file)?.sha256;
    const what = 'text that its language model learns from';
    found.beside.push({ name: names[i]!, what, packed, ...(hash === undefined ? {} : { sha256: hash }) });
    if (!packed) continue;
    await holdToHash(file, inputs, file);
    found.entries.push({ name: names[i]!, content: { file } });
  }
  return found;
}

function hotwords({ decoding }: Recipe, withTexts: boolean): Found {
  if (withTexts || decoding.hotwords.length === 0) return { beside: [], entries: [] };
  const what = `its ${decoding.hotwords.length} hotwords, as a list in JSON`;
  const hash = sha256(JSON.stringify(decoding.hotwords));
  return { beside: [{ name: HOTWORDS, what, packed: false, sha256: hash }], entries: [] };
}

/** Their files have hashes in the lock, and terms of their own. */
function neverPacked(named: Recipe): Found {
  const beside: Beside[] = [];
  const words: Partial<Record<PlaceKind, string>> = {
    encoder: 'the encoder',
    teacher: 'the encoder that teaches',
    untranscribed: 'recordings that nobody has transcribed',
  };
  withPlaces(named, (name, kind) => {
    const what = words[kind];
    if (what !== undefined && name.startsWith(`${BESIDE}/`)) beside.push({ name, what, packed: false });
    return name;
  });
  return { beside, entries: [] };
}

async function holdToHash(file: string, { files }: RunInputs, name: string): Promise<void> {
  const before = files.find((one) => one.file === name)?.sha256;
  if (!existsSync(file)) throw changed(file, 'it is gone');
  if (before !== undefined && before !== (await sha256File(file))) throw changed(file, 'its hash is another');
}

const changed = (file: string, how: string): InputError =>
  new InputError(`not what the run has read: ${how}`, 'Restore it, then archive the run.', { file });
