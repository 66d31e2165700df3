import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../support/errors.ts';
import { silent, type Progress } from '../../support/progress.ts';
import type { Importer, ImportOptions, Question } from '../importers/importer.ts';
import { manifestPath } from '../manifest.ts';
import { readSource, isFetched, sourceFile } from '../source.ts';
import { Documents } from './documents.ts';
import { Folder, openFolder } from './folder.ts';
import { chooseFormat, formatsIn } from './formats.ts';
import { chooseTiers, surveyTiers, type TierSurvey } from './survey.ts';

/** What a folder holds, and what would be taken of it. */
export interface ImportPlan {
  name: string;
  /** Where the corpus will be. */
  corpus: string;
  /** As the user wrote them. */
  from: readonly string[];
  formats: { name: string; title: string; files: number }[];
  survey?: TierSurvey;
  options: ImportOptions;
  /** What must be answered first. */
  question?: Question;
  source?: { importer: Importer; files: string[]; folders: readonly [Folder, ...Folder[]]; documents?: Documents };
}

export interface LookOptions extends ImportOptions {
  name?: string;
  /** Further folders in which recordings may lie. */
  media?: readonly string[];
  progress?: Progress;
  signal?: AbortSignal;
}

/**
 * Looks at a folder, or a file, before anything is written: formats, tiers, recordings.
 * @throws InputError where there is nothing to import, or the corpus's name belongs to something else
 */
export async function lookInto(place: string, options: LookOptions = {}): Promise<ImportPlan> {
  const { name: wanted, media = [], progress = silent, signal, ...said } = options;
  const answers = { ...impliedBy(said), ...said };
  const name = corpusName(wanted ?? nameOf(place));
  const corpus = path.resolve('corpora', name);
  await refuseOthers(corpus, place, name);
  const home = await openPlace(place);
  const folders: [Folder, ...Folder[]] = [home.folder];
  for (const folder of media) folders.push(await openFolder(folder));
  const found = formatsIn(home.only === undefined ? home.folder : new Folder(home.folder.root, [home.only]), answers);
  const plan: ImportPlan = {
    ...{ name, corpus, from: [place, ...media], options: answers },
    formats: found.map(({ importer, files }) => ({
      name: importer.name,
      title: importer.title,
      files: files.length,
    })),
  };
  const format = chooseFormat(found, answers, place);
  if ('question' in format) return { ...plan, question: format.question };
  const { importer, files } = format.chosen;
  if ('rows' in importer) {
    const question = await importer.asks?.(home.folder, files, answers);
    return question ? { ...plan, question } : { ...plan, source: { importer, files, folders } };
  }
  const documents = new Documents(importer, home.folder);
  const survey = await surveyTiers(folders, files, documents, { progress, signal });
  const tiers = chooseTiers(importer, survey, answers, place);
  if ('question' in tiers) return { ...plan, survey, question: tiers.question };
  return {
    ...plan,
    survey,
    options: { ...answers, tiers: tiers.chosen },
    source: { importer, files, folders, documents },
  };
}

/** An answer about the texts beside recordings is one about the format too. */
const impliedBy = ({ textEnding }: ImportOptions): Pick<ImportOptions, 'format'> =>
  textEnding === undefined ? {} : { format: 'pairs' };

/** A folder, or a file in one. */
async function openPlace(place: string): Promise<{ folder: Folder; only?: string }> {
  const info = statSync(place, { throwIfNoEntry: false });
  if (!info) throw new InputError('no such file or folder', 'Check the path.', { file: place });
  if (info.isDirectory()) return { folder: await openFolder(place) };
  return { folder: await openFolder(path.dirname(place)), only: path.basename(place) };
}

const nameOf = (place: string): string => {
  const base = path.basename(path.resolve(place));
  return (statSync(place, { throwIfNoEntry: false })?.isFile() ? base.replace(/\.[^.]*$/, '') : base)
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
};

function corpusName(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name)) return name;
  throw new InputError(
    `${name === '' ? 'nothing' : name} can’t be a corpus’s name`,
    'Give it one of letters, digits and hyphens: --name my-corpus.',
  );
}

/** An import may be done anew; what else is there is not touched. */
async function refuseOthers(corpus: string, place: string, name: string): Promise<void> {
  if (!existsSync(manifestPath(corpus)) && !existsSync(sourceFile(corpus))) return;
  const source = existsSync(sourceFile(corpus)) ? await readSource(corpus) : undefined;
  const earlier = source && !isFetched(source) ? source.made.from[0] : undefined;
  if (earlier !== undefined && path.resolve(corpus, earlier) === path.resolve(place)) return;
  throw new InputError(
    `there is a corpus ${name} already${earlier === undefined ? '' : `, imported from ${earlier}`}`,
    'Give this one another name: --name my-corpus.',
    { file: corpus },
  );
}
