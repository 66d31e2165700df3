import { InputError } from '../../support/errors.ts';
import { importers } from '../importers/index.ts';
import type { Importer, ImportOptions, Question } from '../importers/importer.ts';
import type { Folder } from './folder.ts';

export interface FoundFormat {
  importer: Importer;
  files: string[];
}

/** How many times as many files a format must have to be meant without asking. */
const MANY = 5;

/**
 * What can be read of a folder, by format: layouts of data sets before files of annotations before what can be
 * anything. Of the last, where there are others, only what has so many files that it may be meant.
 */
export function formatsIn(folder: Folder, { format: named }: ImportOptions): FoundFormat[] {
  const findIn = (some: readonly Importer[]): FoundFormat[] =>
    some.map((importer) => ({ importer, files: importer.finds(folder) })).filter(({ files }) => files.length > 0);
  const made = findIn(importers.filter(({ lastResort }) => !lastResort));
  const isLayout = made.some(({ importer }) => importer.layout);
  const anything = isLayout && named === undefined ? [] : findIn(importers.filter(({ lastResort }) => lastResort));
  const wanted = (one: FoundFormat): boolean => named !== undefined || made.every((other) => outnumbers(one, other));
  return [...made, ...anything.filter(wanted)].sort((a, b) => rank(a) - rank(b) || b.files.length - a.files.length);
}

const outnumbers = (one: FoundFormat, other: FoundFormat): boolean => one.files.length >= MANY * other.files.length;

const rank = ({ importer }: FoundFormat): number => (importer.lastResort ? 2 : importer.layout ? 0 : 1);

/**
 * Which of them is taken: the one that the user names, else the one that can only be meant.
 * @throws InputError where there is nothing to read, or the format named isn't there
 */
export function chooseFormat(
  found: readonly FoundFormat[],
  { format }: ImportOptions,
  folder: string,
): { chosen: FoundFormat } | { question: Question } {
  const known = importers.map(({ name }) => name).join(', ');
  if (format !== undefined && !importers.some(({ name }) => name === format))
    throw new InputError(`${format} is no format that can be imported`, `There are: ${known}.`);
  const named = found.find(({ importer }) => importer.name === format);
  if (named) return { chosen: named };
  const [first] = found;
  if (!first || format !== undefined)
    throw new InputError(
      format === undefined ? 'nothing here can be imported' : `nothing of the format ${format} is here`,
      found.length > 0
        ? `There is: ${found.map(({ importer }) => importer.name).join(', ')}.`
        : `Files of one of these formats are wanted: ${known}.`,
      { file: folder },
    );
  const others = found.filter((one) => one !== first && mayBeMeant(one, first));
  if (others.length === 0) return { chosen: first };
  return {
    question: {
      what: 'Which files have the transcripts?',
      choices: [first, ...others].map(({ importer, files }) => ({
        label: `${importer.title}: ${files.length} ${files.length === 1 ? 'file' : 'files, e.g.'} ${files[0]}`,
        flag: `--format ${importer.name}`,
        options: { format: importer.name },
      })),
    },
  };
}

/** Beside what comes first. */
const mayBeMeant = (one: FoundFormat, first: FoundFormat): boolean =>
  rank(one) === rank(first) ? !outnumbers(first, one) : outnumbers(one, first) && !first.importer.layout;
