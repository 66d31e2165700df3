import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { loadManifest } from '../../corpus/manifest.ts';
import { findCorpus, readTerms } from '../../corpus/source.ts';
import type { Data } from '../../export/hub-card.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { readText } from '../../support/files.ts';
import { writeZip, type ZipEntry } from '../../support/zip-file.ts';
import { recipeText } from '../adapt/write-recipe.ts';
import { inputLines, type RunInputs } from '../inputs.ts';
import type { Metrics } from '../result.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { citation } from './citation.ts';
import { dataStatement } from './data-statement.ts';
import { portable } from './beside.ts';
import { readLockedRun } from './locked-run.ts';
import { BESIDE_LIST } from './places.ts';

export interface ArchiveOptions {
  /** The .zip to write. */
  output: string;
  /** Also transcripts, hypotheses and who speaks; else none of them leaves the house, but for hashes. */
  withTexts?: boolean | undefined;
  /** Also the report, in which texts can be read and recordings heard. */
  withReport?: boolean | undefined;
}

export interface RunArchive {
  file: string;
  /** What is in it. */
  names: string[];
  /** What a reproduction needs besides, and where it has to be put then. */
  needed: { name: string; what: string }[];
}

/**
 * Packs a finished run into one .zip from which anybody who has its corpus can reproduce it: recipe, lock, hashes of
 * all inputs, figures, model, a CITATION.cff and a data statement to complete. Sound is never in it, but in a report.
 * @throws InputError when the run is not finished, or with texts, when its corpus isn't here
 * @example await archiveRun('runs/mine-1a2b3c4d', { output: 'mine.zip' });
 */
export async function archiveRun(folder: string, options: ArchiveOptions): Promise<RunArchive> {
  const run = RunFolder.at(folder);
  const locked = await readLockedRun(folder);
  const { lock, inputs, metrics } = locked;
  const withTexts = options.withTexts ?? false;
  const { recipe, renames, beside, entries: files } = await portable(folder, locked, withTexts);
  const about = { lock, inputs, metrics, sources: await sourcesOf(lock.recipe), withTexts, beside };
  const entries: ZipEntry[] = [
    // First what a reproduction reads: see ARCHIVED.
    { name: 'recipe.lock.yaml', content: stringify({ ...lock, recipe }) },
    { name: 'inputs.jsonl', content: inputLines(renamed(withTexts ? inputs : withoutNames(inputs), renames)) },
    { name: 'metrics.json', content: `${JSON.stringify(withTexts ? metrics : withoutSpeakers(metrics), null, 2)}\n` },
    { name: BESIDE_LIST, content: `${JSON.stringify(beside, null, 2)}\n` },
    { name: 'recipe.yaml', content: recipeText(recipe, []) },
    { name: 'CITATION.cff', content: stringify(citation(about)) },
    { name: 'DATA.md', content: dataStatement(about) },
    { name: 'epochs.jsonl', content: await readText(run.file('epochs.jsonl')) },
    ...(withTexts ? await texts(run, lock.recipe, inputs) : []),
    ...(options.withReport ? [{ name: 'report.html', content: { file: run.file('report.html') } }] : []),
    ...files,
    ...(await modelFiles(run, renames, withTexts)),
  ];
  await writeZip(options.output, entries);
  const needed = beside.filter(({ packed }) => !packed).map(({ name, what }) => ({ name, what }));
  return { file: options.output, names: entries.map(({ name }) => name), needed };
}

/** Terms of the corpora, as far as they are here. */
async function sourcesOf({ corpus }: Recipe): Promise<Data[]> {
  return Promise.all(
    [corpus].flat().map(async (named) => {
      const name = path.basename(named);
      try {
        const { sourceFolder } = findCorpus(named);
        const source = sourceFolder === undefined ? undefined : await readTerms(sourceFolder);
        return { name, ...(source ? { source } : {}) };
      } catch {
        return { name };
      }
    }),
  );
}

const withoutNames = ({ files, utterances }: RunInputs): RunInputs => ({
  files,
  utterances: utterances.map(({ id, split, audio, text }) => ({ id, split, audio, text })),
});

const renamed = ({ files, utterances }: RunInputs, renames: ReadonlyMap<string, string>): RunInputs => ({
  files: files.map(({ file, sha256 }) => ({ file: renames.get(file) ?? file, sha256 })),
  utterances,
});

const withoutSpeakers = (metrics: Metrics): Metrics =>
  metrics.speakers ? { ...metrics, speakers: { ...metrics.speakers, each: [] } } : metrics;

/** The manifest's records of all that the run has used, and what it made of dev and test. */
async function texts(run: RunFolder, { corpus }: Recipe, inputs: RunInputs): Promise<ZipEntry[]> {
  const used = new Set(inputs.utterances.map(({ id }) => id));
  const named = [corpus].flat();
  const lines: string[] = [];
  for (const place of named) {
    const { folder, name } = findCorpus(place);
    for (const utterance of await loadManifest(folder)) {
      const id = named.length > 1 ? `${name}/${utterance.id}` : utterance.id;
      if (used.delete(id)) lines.push(JSON.stringify({ ...utterance, id }));
    }
  }
  if (used.size > 0)
    throw new InputError(
      `the corpus has changed: ${[...used][0]!} is not in it any more`,
      'Restore its manifest, or leave out --with-texts.',
      { file: run.folder },
    );
  return [
    { name: 'manifest.jsonl', content: lines.map((line) => `${line}\n`).join('') },
    { name: 'hypotheses.jsonl', content: await readText(run.file('hypotheses.jsonl')) },
  ];
}

/** Hotwords and places of this machine are not in its papers. */
async function modelFiles(
  run: RunFolder,
  renames: ReadonlyMap<string, string>,
  withTexts: boolean,
): Promise<ZipEntry[]> {
  const names = (await readdir(run.file('model'), { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const contentOf = async (file: string): Promise<ZipEntry['content']> => {
    if (path.basename(file) === 'README.md') return renamedIn(await readText(file), renames, (place) => `\`${place}\``);
    if (path.basename(file) !== 'model.json') return { file };
    const about = renamedIn(await readText(file), renames, (place) => JSON.stringify(place));
    return withTexts ? about : withoutHotwords(about);
  };
  return Promise.all(
    names.map(async (name) => ({
      name: `model/${name}`,
      content: await contentOf(run.file(path.join('model', name))),
    })),
  );
}

function renamedIn(text: string, renames: ReadonlyMap<string, string>, written: (place: string) => string): string {
  return [...renames].reduce((all, [place, name]) => all.replaceAll(written(place), written(name)), text);
}

function withoutHotwords(text: string): string {
  const about = JSON.parse(text) as { decoding?: { hotwords: string[] } };
  if (!about.decoding || about.decoding.hotwords.length === 0) return text;
  return `${JSON.stringify({ ...about, decoding: { ...about.decoding, hotwords: [] } }, null, 2)}\n`;
}
