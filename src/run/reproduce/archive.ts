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
import { readLockedRun } from './locked-run.ts';

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
}

/**
 * Packs a finished run into one .zip from which anybody who has its corpus can reproduce it: recipe, lock, hashes of
 * all inputs, figures, model, a CITATION.cff and a data statement to complete. Sound is never in it, but in a report.
 * @throws InputError when the run is not finished, or with texts, when its corpus isn't here
 * @example await archiveRun('runs/mine-1a2b3c4d', { output: 'mine.zip' });
 */
export async function archiveRun(folder: string, options: ArchiveOptions): Promise<RunArchive> {
  const run = RunFolder.at(folder);
  const { lock, inputs, metrics } = await readLockedRun(folder);
  const withTexts = options.withTexts ?? false;
  const about = { lock, inputs, metrics, sources: await sourcesOf(lock.recipe), withTexts };
  const entries: ZipEntry[] = [
    // First what a reproduction reads: see ARCHIVED.
    { name: 'recipe.lock.yaml', content: await readText(run.file('recipe.lock.yaml')) },
    { name: 'inputs.jsonl', content: inputLines(withTexts ? inputs : withoutNames(inputs)) },
    { name: 'metrics.json', content: `${JSON.stringify(withTexts ? metrics : withoutSpeakers(metrics), null, 2)}\n` },
    { name: 'recipe.yaml', content: recipeText(lock.recipe, []) },
    { name: 'CITATION.cff', content: stringify(citation(about)) },
    { name: 'DATA.md', content: dataStatement(about) },
    { name: 'epochs.jsonl', content: await readText(run.file('epochs.jsonl')) },
    ...(withTexts ? await texts(run, lock.recipe, inputs) : []),
    ...(options.withReport ? [{ name: 'report.html', content: { file: run.file('report.html') } }] : []),
    ...(await modelFiles(run)),
  ];
  await writeZip(options.output, entries);
  return { file: options.output, names: entries.map(({ name }) => name) };
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

async function modelFiles(run: RunFolder): Promise<ZipEntry[]> {
  const names = (await readdir(run.file('model'), { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  return names.map((name) => ({ name: `model/${name}`, content: { file: run.file(path.join('model', name)) } }));
}
