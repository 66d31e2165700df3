import { readFile } from 'node:fs/promises';
import { decodeText, parseCtm, parseStm, type CtmWord } from '../../formats/index.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import type { Folder } from '../import/folder.ts';
import type { DataSetImporter, Row } from './importer.ts';

/** NIST's references: a stretch of a recording a line. */
export const stm: DataSetImporter = {
  name: 'stm',
  title: 'NIST STM',
  finds: (folder) => folder.ending('stm'),
  rows: (folder, files) => eachFile(folder, files, stretches),
};

/** NIST's words with times: an utterance ends where half a second is silent. */
export const ctm: DataSetImporter = {
  name: 'ctm',
  title: 'NIST CTM',
  finds: (folder) => folder.ending('ctm'),
  rows: (folder, files) => eachFile(folder, files, utterances),
};

const PAUSE = 0.5;

async function* eachFile(
  folder: Folder,
  files: readonly string[],
  read: (text: string, file: string) => Row[],
): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    try {
      const { text } = decodeText(await readFile(folder.full(file)), { file: folder.full(file) });
      yield* read(text, file);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { item: file, reason: error.message, place: error.place };
    }
  }
}

function stretches(text: string, file: string): Row[] {
  return parseStm(text, file)
    .filter(({ ignored }) => !ignored)
    .map(({ text: said, speaker, start, end, file: recording, place }) => ({
      ...{ id: idOf(recording, start), text: said, speaker, start, end, recording: [`${recording}.wav`], file },
      ...(place.line !== undefined && { line: place.line }),
    }));
}

function utterances(text: string, file: string): Row[] {
  const rows: (Row & { start: number; end: number })[] = [];
  let last: CtmWord | undefined;
  for (const word of parseCtm(text, file)) {
    const { file: recording, channel, start, duration } = word;
    const before = rows.at(-1);
    const goesOn = before && last?.file === recording && last.channel === channel && start - before.end < PAUSE;
    if (goesOn) {
      before.text += ` ${word.word}`;
      before.end = Math.max(before.end, start + duration);
    } else {
      const times = { start, end: start + duration };
      rows.push({ id: idOf(recording, start), text: word.word, ...times, recording: [`${recording}.wav`], file });
    }
    last = word;
  }
  return rows;
}

const idOf = (recording: string, start: number): string =>
  `${recording}/${String(Math.round(start * 1000)).padStart(7, '0')}`;
