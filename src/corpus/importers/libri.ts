import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeText, linesOf, readTable } from '../../formats/index.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Folder } from '../import/folder.ts';
import { splitIn } from '../import/splits.ts';
import type { DataSetImporter, Row } from './importer.ts';

/** LibriSpeech: in each chapter's folder `SPEAKER-CHAPTER.trans.txt`, an utterance a line. */
export const librispeech: DataSetImporter = {
  name: 'librispeech',
  title: 'LibriSpeech',
  layout: true,
  finds: (folder) => folder.ending('trans\\.txt'),
  rows: libriRows,
};

async function* libriRows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const { text } = decodeText(await readFile(folder.full(file)), { file: folder.full(file) });
    const split = splitIn(file);
    for (const { text: line, line: number } of linesOf(text)) {
      const [, id, said] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
      if (id === undefined) continue;
      const speaker = /^(\d+)-\d+-\d+$/.exec(id)?.[1];
      yield {
        ...{ id, text: said!, recording: [`${id}.flac`], file, line: number },
        ...(speaker !== undefined && { speaker }),
        ...(split && { split }),
      };
    }
  }
}

/** LJSpeech: `metadata.csv` with bars between name, text, and text as it is read; recordings in `wavs`. */
export const ljspeech: DataSetImporter = {
  name: 'ljspeech',
  title: 'LJSpeech',
  layout: true,
  finds: (folder) =>
    folder.documents.filter(
      (file) =>
        path.posix.basename(file) === 'metadata.csv' &&
        folder.files.some((one) => one.startsWith(path.posix.join(path.posix.dirname(file), 'wavs/'))),
    ),
  rows: ljRows,
};

async function* ljRows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const full = folder.full(file);
    const dialect = { delimiter: '|', quotes: false, header: false };
    const { rows } = await readTable(createReadStream(full), { file: full, ...dialect });
    for await (const { cells, line } of rows) {
      const [id = '', raw = '', read = ''] = cells;
      yield { id, text: read === '' ? raw : read, recording: [`wavs/${id}.wav`], file, line };
    }
  }
}
