import path from 'node:path';
import { asyncBufferFromFile } from 'hyparquet';
import { audioOf, parquetColumns, readParquet } from '../../formats/index.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { rowOfCells, splitOfFile } from '../import/cells.ts';
import { guessColumns } from '../import/columns.ts';
import type { Folder } from '../import/folder.ts';
import { splitNamed } from '../import/splits.ts';
import type { DataSetImporter, ImportOptions, Row } from './importer.ts';

/** Hugging Face's data sets as Parquet: sound that lies in the table is written into the corpus's folder. */
export const parquet: DataSetImporter = {
  name: 'parquet',
  title: 'Parquet',
  layout: true,
  finds: (folder) => folder.ending('parquet'),
  rows,
};

async function* rows(folder: Folder, files: readonly string[], options: ImportOptions): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    try {
      yield* rowsOf(folder, file, options);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { item: file, reason: error.message, place: error.place };
    }
  }
}

async function* rowsOf(
  folder: Folder,
  file: string,
  { columns: said = {} }: ImportOptions,
): AsyncGenerator<Row | SetAside> {
  const full = folder.full(file);
  const source = await asyncBufferFromFile(full);
  const map = guessColumns(await parquetColumns(source, { file: full }), said, full);
  if (map.text === undefined || map.audio === undefined)
    throw new InputError(
      `it has no column of ${map.text === undefined ? 'transcripts' : 'recordings'}`,
      'Name it: --column text=NAME --column audio=NAME.',
      { file: full },
    );
  // `train-00000-of-00004.parquet`
  const split = splitNamed(path.posix.basename(file).replace(/[-.].*$/, '')) ?? splitOfFile(file);
  const shard = path.posix.basename(file, '.parquet');
  let line = 0;
  for await (const values of readParquet(source, { file: full, columns: Object.values(map) })) {
    line++;
    const sound = audioOf(values[map.audio]);
    const name = sound?.path ?? (typeof values[map.audio] === 'string' ? (values[map.audio] as string) : undefined);
    const row = rowOfCells(
      (field) =>
        field === 'audio'
          ? (name ?? (sound?.bytes ? `${shard}-${line}.wav` : undefined))
          : textIn(values[map[field] ?? '']),
      { file, line, split },
    );
    if ('reason' in row) yield row;
    else
      yield {
        ...row,
        ...(sound?.bytes && { sound: { bytes: sound.bytes, ...(name === undefined ? {} : { name }) } }),
      };
  }
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
