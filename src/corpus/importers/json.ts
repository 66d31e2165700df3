import { readJsonLines } from '../../formats/index.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { bytesOf } from '../../support/files.ts';
import { rowOfCells, splitOfFile } from '../import/cells.ts';
import { guessColumns } from '../import/columns.ts';
import type { Folder } from '../import/folder.ts';
import { startOfFile } from '../import/start-of-file.ts';
import type { DataSetImporter, ImportOptions, Row } from './importer.ts';

/** NeMo's manifests: a JSON object a line with `audio_filepath` and `text`. */
export const nemo: DataSetImporter = {
  name: 'nemo',
  title: 'NeMo manifests',
  layout: true,
  finds: (folder) =>
    folder
      .ending('json', 'jsonl')
      .filter((file) => /^\s*\{[^\n]*"audio_filepath"\s*:/.test(startOfFile(folder.full(file)))),
  rows: jsonRows,
};

/** A record a line, with names as tables have them. NeMo's `offset` and `duration` are a stretch. */
export async function* jsonRows(
  folder: Folder,
  files: readonly string[],
  { columns: said = {} }: ImportOptions,
): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const split = splitOfFile(file);
    for await (const { value, line } of recordsIn(folder, file)) {
      if ('reason' in value) {
        yield { item: file, reason: String(value.reason), place: { file, line } };
        continue;
      }
      const map = guessColumns(Object.keys(value), said, folder.full(file));
      const cell = (field: keyof typeof map): string | undefined => {
        const content = map[field] === undefined ? undefined : value[map[field]];
        return typeof content === 'string' || typeof content === 'number' ? String(content) : undefined;
      };
      yield rowOfCells(cell, { file, line, split });
    }
  }
}

/** Objects of a file of JSON lines, gzipped or not; what is no such file is told as a reason. */
export async function* recordsIn(
  folder: Folder,
  file: string,
): AsyncGenerator<{ value: Record<string, unknown>; line: number }> {
  const full = folder.full(file);
  try {
    for await (const { value, line } of readJsonLines(bytesOf(full), { file: full }))
      if (typeof value === 'object' && value !== null) yield { value: value as Record<string, unknown>, line };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield { value: { reason: error.message }, line: error.place.line ?? 1 };
  }
}
