import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readTable, readXlsx } from '../../formats/index.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { cellsOf, rowOfCells, splitOfFile } from '../import/cells.ts';
import { guessColumns, type ColumnMap } from '../import/columns.ts';
import { isSound, type Folder } from '../import/folder.ts';
import type { DataSetImporter, ImportOptions, Question, Row } from './importer.ts';

/** Any table with a row an utterance: text and recording, and whatever else its columns say. */
export const table: DataSetImporter = {
  name: 'table',
  title: 'tables',
  lastResort: true,
  finds: (folder) => folder.ending('csv', 'tsv', 'tab', 'xlsx'),
  asks,
  rows,
};

interface Opened {
  columns: string[];
  rows: AsyncIterable<{ cells: string[]; line: number }>;
}

/** Its rows, of a workbook those of its first sheet. */
export async function openTable(folder: Folder, file: string): Promise<Opened> {
  const full = folder.full(file);
  if (!/\.xlsx$/i.test(file)) {
    const open = (dialect: { header?: boolean } = {}) => readTable(createReadStream(full), { file: full, ...dialect });
    const { dialect, rows: all } = await open();
    return dialect.header || !(await startsWithNames(all)) ? open() : open({ header: true });
  }
  const [sheet] = await readXlsx(await readFile(full), { file: full });
  const [header = [], ...rows] = sheet?.rows ?? [];
  return { columns: header, rows: numbered(rows) };
}

/** Whether recordings are named from the second row on: then the first has the columns' names, whatever these are. */
async function startsWithNames(rows: AsyncIterable<{ cells: string[] }>): Promise<boolean> {
  const first: string[][] = [];
  for await (const { cells } of rows) if (first.push(cells) === 2) break;
  const [header, next] = first;
  return header !== undefined && next !== undefined && next.some(isSound) && !header.some(isSound);
}

// eslint-disable-next-line @typescript-eslint/require-await -- one kind of rows for both kinds of tables
async function* numbered(rows: readonly string[][]): AsyncGenerator<{ cells: string[]; line: number }> {
  for (const [i, cells] of rows.entries()) yield { cells, line: i + 2 };
}

async function asks(
  folder: Folder,
  files: readonly string[],
  { columns: said = {} }: ImportOptions,
): Promise<Question | undefined> {
  const [first] = files as [string, ...string[]];
  const { columns, rows: all } = await openTable(folder, first);
  const map = guessColumns(columns, said, folder.full(first));
  const missing = (['text', 'audio'] as const).find((field) => map[field] === undefined);
  if (missing === undefined) return undefined;
  let sample: string[] = [];
  for await (const { cells } of all) {
    sample = cells;
    break;
  }
  return {
    what: `Which column of ${first} has the ${missing === 'text' ? 'transcript' : 'recording'}?`,
    choices: columns.map((column, i) => ({
      label: `${column}: e.g. “${(sample[i] ?? '').slice(0, 60)}”`,
      flag: `--column '${missing}=${column}'`,
      options: { columns: { ...said, [missing]: column } },
    })),
  };
}

async function* rows(
  folder: Folder,
  files: readonly string[],
  { columns: said = {} }: ImportOptions,
): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const { columns, rows: all } = await openTable(folder, file);
    const map = guessColumns(columns, said, folder.full(file));
    if (map.text === undefined || map.audio === undefined) {
      const reason = `it has no column of ${map.text === undefined ? 'transcripts' : 'recordings'}`;
      yield { item: file, reason, place: { file } };
      continue;
    }
    yield* tableRows(all, columns, map, file);
  }
}

/** @param folders in which the data set has its sound */
export async function* tableRows(
  rows: AsyncIterable<{ cells: string[]; line: number }>,
  columns: readonly string[],
  map: ColumnMap,
  file: string,
  folders: readonly string[] = [],
): AsyncGenerator<Row | SetAside> {
  const cells = cellsOf(columns, map);
  const split = splitOfFile(file);
  try {
    for await (const { cells: row, line } of rows) yield rowOfCells(cells(row), { file, line, folders, split });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield { item: file, reason: error.message, place: error.place };
  }
}
