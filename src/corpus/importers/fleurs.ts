import { createReadStream } from 'node:fs';
import path from 'node:path';
import { readTable } from '../../formats/index.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Folder } from '../import/folder.ts';
import { splitNamed } from '../import/splits.ts';
import type { DataSetImporter, Row } from './importer.ts';
import { openTable, tableRows } from './table.ts';

/** FLEURS: `train.tsv` without header (number, file, sentence, …), recordings in `audio/train`. */
export const fleurs: DataSetImporter = {
  name: 'fleurs',
  title: 'FLEURS',
  layout: true,
  finds: (folder) =>
    folder.documents.filter((file) => {
      const split = /^(train|dev|test)\.tsv$/.exec(path.posix.basename(file))?.[1];
      const sound = path.posix.join(path.posix.dirname(file), `audio/${split}/`);
      return split !== undefined && folder.files.some((one) => one.startsWith(sound));
    }),
  rows: fleursRows,
};

async function* fleursRows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const full = folder.full(file);
    const part = path.posix.basename(file, '.tsv');
    const split = splitNamed(part)!;
    const dialect = { delimiter: '\t', quotes: false, header: false };
    const { rows } = await readTable(createReadStream(full), { file: full, ...dialect });
    for await (const { cells, line } of rows) {
      const [, name = '', text = ''] = cells;
      yield { id: name.replace(/\.\w+$/, ''), text, recording: [`audio/${part}/${name}`], file, line, split };
    }
  }
}

/** VoxPopuli: `asr_train.tsv` and the like with `id`, `raw_text`, `normalized_text`, `speaker_id`, `split`. */
export const voxpopuli: DataSetImporter = {
  name: 'voxpopuli',
  title: 'VoxPopuli',
  layout: true,
  finds: (folder) => folder.documents.filter((file) => /^asr_(train|dev|test)\.tsv$/.test(path.posix.basename(file))),
  rows: voxpopuliRows,
};

async function* voxpopuliRows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const { columns, rows } = await openTable(folder, file);
    const audio = columns.find((one) => /^(audio_)?id_?$|^audio_id$/.test(one)) ?? 'id';
    const text = columns.includes('raw_text') ? 'raw_text' : 'normalized_text';
    const map = { audio, text, id: audio, speaker: 'speaker_id', split: 'split' };
    yield* tableRows(rows, columns, map, file, [`${path.posix.basename(file, '.tsv').replace('asr_', '')}_part_0`]);
  }
}
