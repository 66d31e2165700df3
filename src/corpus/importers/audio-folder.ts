import path from 'node:path';
import type { SetAside } from '../../support/errors.ts';
import { guessColumns } from '../import/columns.ts';
import type { Folder } from '../import/folder.ts';
import type { DataSetImporter, ImportOptions, Row } from './importer.ts';
import { jsonRows } from './json.ts';
import { openTable, tableRows } from './table.ts';

const TABLE = /^metadata\.(csv|jsonl)$/;

/** Hugging Face's audiofolder: `metadata.csv` or `metadata.jsonl` whose `file_name` is beside it. */
export const audioFolder: DataSetImporter = {
  name: 'audiofolder',
  title: 'Hugging Face audiofolder',
  layout: true,
  finds: (folder) =>
    folder.documents.filter(
      (file) =>
        TABLE.test(path.posix.basename(file)) &&
        !folder.files.some((one) => one.startsWith(path.posix.join(path.posix.dirname(file), 'wavs/'))),
    ),
  rows,
};

async function* rows(folder: Folder, files: readonly string[], options: ImportOptions): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    if (file.endsWith('.jsonl')) {
      yield* jsonRows(folder, [file], options);
      continue;
    }
    const { columns, rows: all } = await openTable(folder, file);
    yield* tableRows(all, columns, guessColumns(columns, options.columns ?? {}, folder.full(file)), file);
  }
}
