import path from 'node:path';
import { createReadStream } from 'node:fs';
import { decodeStream, streamLines } from '../../formats/index.ts';
import type { SetAside } from '../../support/errors.ts';
import { cellsOf, rowOfCells, splitOfFile } from '../import/cells.ts';
import type { Folder } from '../import/folder.ts';
import { HashedNumbers } from '../import/hashed-numbers.ts';
import { splitNamed } from '../import/splits.ts';
import { PARTS } from '../split/spoken.ts';
import type { DataSetImporter, Row } from './importer.ts';

/**
 * Mozilla Common Voice: `validated.tsv` with the sentences, `train.tsv`, `dev.tsv`, `test.tsv` with the published
 * split.
 */
export const commonVoice: DataSetImporter = {
  name: 'commonvoice',
  title: 'Common Voice',
  layout: true,
  finds,
  rows,
};

function finds(folder: Folder): string[] {
  const tables = folder.documents.filter((file) => /^(validated|train|dev|test)\.tsv$/.test(path.posix.basename(file)));
  const homes = new Set(
    folder.documents
      .filter((file) => /^(validated|invalidated|other|clip_durations|reported)\.tsv$/.test(path.posix.basename(file)))
      .map((file) => path.posix.dirname(file)),
  );
  return tables.filter((file) => homes.has(path.posix.dirname(file)));
}

const COLUMNS = { audio: 'path', text: 'sentence', speaker: 'client_id', language: 'locale' };

async function* rows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const home of new Set(files.map((file) => path.posix.dirname(file)))) {
    const own = (name: string): string => path.posix.join(home, name);
    const parts = files.filter((file) => path.posix.dirname(file) === home && !file.endsWith('validated.tsv'));
    const splits = await splitsOf(folder, parts);
    const seconds = await secondsOf(folder, own('clip_durations.tsv'));
    // All that is validated; of an older release that lacks it, the parts.
    for (const file of folder.has(own('validated.tsv')) ? [own('validated.tsv')] : parts) {
      const { columns, rows: all } = await open(folder, file);
      const cells = cellsOf(columns, COLUMNS);
      const ofFile = splitOfFile(file);
      for await (const { cells: row, line } of all) {
        const one = rowOfCells(cells(row), { file, line, folders: ['clips'], split: ofFile });
        if ('reason' in one) {
          yield one;
          continue;
        }
        const clip = cells(row)('audio')!;
        const part = splits.get(clip);
        const [split, duration] = [part === undefined ? one.split : PARTS[part], seconds.get(clip)];
        yield {
          ...one,
          recording: [one.recording[1]!, one.recording[0]!],
          ...(split && { split }),
          ...(duration !== undefined && { duration: Math.round(duration * 1000) / 1000 }),
        };
      }
    }
  }
}

/**
 * Fields are never in quotes there, and quotes stand in sentences: so lines are parted at tabs, which takes a fifth of
 * the time.
 */
async function open(folder: Folder, file: string): Promise<Opened> {
  const rows = partedLines(folder.full(file));
  const header = await rows.next();
  return { columns: header.done ? [] : header.value.cells, rows };
}

interface Opened {
  columns: string[];
  rows: AsyncIterable<{ cells: string[]; line: number }>;
}

async function* partedLines(file: string): AsyncGenerator<{ cells: string[]; line: number }> {
  for await (const { text, line } of streamLines(decodeStream(createReadStream(file), { file }).chunks))
    if (text !== '') yield { cells: text.split('\t'), line };
}

/** @returns clip → its place in `PARTS` */
async function splitsOf(folder: Folder, parts: readonly string[]): Promise<HashedNumbers> {
  const splits = new HashedNumbers();
  for (const file of parts) {
    const split = splitNamed(path.posix.basename(file, '.tsv'));
    const { columns, rows: all } = await open(folder, file);
    const at = columns.indexOf('path');
    for await (const { cells } of all)
      if (split && cells[at] !== undefined) splits.set(cells[at], PARTS.indexOf(split));
  }
  return splits;
}

/** Newer releases say in milliseconds how long each clip is. */
async function secondsOf(folder: Folder, file: string): Promise<HashedNumbers> {
  const seconds = new HashedNumbers();
  if (!folder.has(file)) return seconds;
  const { rows: all } = await open(folder, file);
  for await (const { cells } of all)
    if (cells[0] !== undefined && Number(cells[1]) > 0) seconds.set(cells[0], Number(cells[1]) / 1000);
  return seconds;
}
