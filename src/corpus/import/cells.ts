import path from 'node:path';
import type { SetAside } from '../../support/errors.ts';
import type { Row } from '../importers/importer.ts';
import type { ColumnMap, Field } from './columns.ts';
import { splitIn, splitNamed } from './splits.ts';

/** Where a row stands. */
export interface RowPlace {
  file: string;
  line: number;
  /** In which the data set has its sound. */
  folders?: readonly string[];
  split?: Row['split'] | undefined;
}

/**
 * A row of a table, whatever kind of table, as an utterance.
 * @param split the file's, where the row names none
 */
export function rowOfCells(
  cell: (field: Field) => string | undefined,
  { file, line, folders = [], split: ofFile }: RowPlace,
): Row | SetAside {
  const audio = cell('audio')?.trim() ?? '';
  const item = cell('id')?.trim() || `${file}/${line}`;
  if (audio === '') return { item, reason: 'no recording is named', place: { file, line } };
  const times = { start: numberIn(cell('start')), end: numberIn(cell('end')), duration: numberIn(cell('duration')) };
  for (const [name, time] of Object.entries(times))
    if (Number.isNaN(time)) return { item, reason: `its ${name} is no number`, place: { file, line } };
  const [speaker, language, said] = [cell('speaker')?.trim(), cell('language')?.trim(), cell('split')];
  const split = (said === undefined ? undefined : splitNamed(said)) ?? ofFile;
  const { start, end, duration } = times;
  return {
    ...{ text: cell('text') ?? '', file, line },
    id: cell('id')?.trim() || (start === undefined ? withoutEnding(audio) : `${withoutEnding(audio)}/${line}`),
    recording: namesIn(audio, folders),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    // A start without end and a duration are a stretch; a duration beside both says nothing new.
    ...(duration !== undefined && (start === undefined || end === undefined) && { duration }),
    ...(speaker && { speaker }),
    ...(language && { language }),
    ...(split && { split }),
  };
}

/** A cell by its field. */
export function cellsOf(
  columns: readonly string[],
  map: ColumnMap,
): (cells: readonly string[]) => (field: Field) => string | undefined {
  const places = new Map(Object.entries(map).map(([field, column]) => [field, columns.indexOf(column)]));
  return (cells) => (field) => {
    const at = places.get(field);
    return at === undefined ? undefined : cells[at];
  };
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' ? undefined : Number(text.trim().replace(/^(\d+),(\d+)$/, '$1.$2'));

/** What a table's rows belong to by its name, or that of a folder on its way. */
export const splitOfFile = (file: string): ReturnType<typeof splitIn> => splitNamed(nameOf(file)) ?? splitIn(file);

const nameOf = (file: string): string =>
  path.posix
    .basename(file)
    .replace(/\.[^.]*$/, '')
    .replace(/^.*_(?=(train|dev|test|valid)$)/, '');
const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z0-9]{1,5}$/, '');

/** As it is named, in the folders where such data sets have their sound, and with an ending where it has none. */
function namesIn(audio: string, folders: readonly string[]): string[] {
  const ended = /\.[A-Za-z0-9]{2,5}$/.test(audio) ? audio : `${audio}.wav`;
  return [ended, ...folders.map((folder) => `${folder}/${ended}`)];
}
