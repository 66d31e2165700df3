import { Readable } from 'node:stream';
import { parse, type CsvError, type Info } from 'csv-parse';
import { InputError, messageOf } from '../../support/errors.ts';
import { decodeStream, type ByteSource } from '../../support/decode-stream.ts';
import { Notes, replaceSigns, type Written } from '../notes.ts';
import type { TimedTranscript } from '../transcript.ts';
import { dialectOf, type Dialect } from './dialect.ts';

export interface Table {
  dialect: Dialect;
  /** Names of the columns; `1`, `2`, … where there is no header. */
  columns: string[];
  /** How the bytes were read: to be said where it isn't UTF-8. Certain when all rows are read. */
  encoding: () => string;
  rows: AsyncGenerator<TableRow>;
}

export interface TableRow {
  cells: string[];
  /** Where it stands, 1-based: its last line, where quotes hold line breaks. */
  line: number;
}

const SAMPLE = 1 << 16;
/** A field that never ends is an unclosed quote. */
const LONGEST_ROW = 10_000_000;

/**
 * A table of text: delimiter (tab, comma, semicolon, bar), quotes, header and encoding are recognised, unless said.
 * Rows stream; those with fewer or more cells than the header have just these.
 * @throws InputError for an empty file; while rows are read, for a quote that is never closed
 * @example
 * const { columns, rows } = await readTable(createReadStream('validated.tsv'), { file: 'validated.tsv' });
 */
export async function readTable(source: ByteSource, options: { file: string } & Partial<Dialect>): Promise<Table> {
  const { file } = options;
  const stream = decodeStream(source, { file });
  const { sample, chunks } = await peek(stream.chunks);
  if (sample.trim() === '') throw new InputError('it is empty', 'Is it the right file?', { file });
  const found = dialectOf(wholeLines(sample));
  const dialect: Dialect = {
    delimiter: options.delimiter ?? found.delimiter,
    quotes: options.quotes ?? found.quotes,
    header: options.header ?? found.header,
  };
  const rows = parseRows(chunks, dialect, file);
  const first = await rows.next();
  const cells = first.done ? [] : first.value.cells;
  return {
    dialect,
    columns: dialect.header ? cells.map((cell) => cell.trim()) : cells.map((_, i) => String(i + 1)),
    encoding: () => stream.encoding,
    rows: dialect.header || first.done ? rows : startingWith(first.value, rows),
  };
}

async function peek(chunks: AsyncGenerator<string>): Promise<{ sample: string; chunks: AsyncGenerator<string> }> {
  let sample = '';
  while (sample.length < SAMPLE) {
    const next = await chunks.next();
    if (next.done) break;
    sample += next.value;
  }
  return { sample: sample.slice(0, SAMPLE), chunks: startingWith(sample, chunks) };
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

function wholeLines(sample: string): string {
  return sample.length < SAMPLE ? sample : sample.slice(0, sample.lastIndexOf('\n') + 1) || sample;
}

async function* parseRows(
  chunks: AsyncGenerator<string>,
  { delimiter, quotes }: Dialect,
  file: string,
): AsyncGenerator<TableRow> {
  const options = {
    delimiter,
    quote: quotes ? '"' : (false as const),
    info: true,
    relax_column_count: true,
    relax_quotes: quotes,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  };
  const parser = parse(options);
  const input = Readable.from(chunks);
  input.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of input.pipe(parser)) {
      const { record, info } = row as { record: string[]; info: Info };
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const line = (error as CsvError).lines as number | undefined;
    throw new InputError(
      `it can’t be read as a table: ${messageOf(error)}`,
      'Is a quote not closed?',
      { file, ...(line !== undefined && { line }) },
      error,
    );
  } finally {
    input.destroy();
  }
}

/** A transcript as a table: an utterance a row, with a header. */
export function writeCsv({ file, segments }: TimedTranscript): Written {
  const notes = new Notes();
  const plain = (text: string): string =>
    replaceSigns(text, /\0|\p{Surrogate}/gu, '\uFFFD', 'a character that text files can’t hold became U+FFFD', notes);
  const rows = segments.map(({ start, end, speaker, text, confidence }) => [
    file,
    start,
    end,
    speaker ?? '',
    text,
    confidence ?? '',
  ]);
  const lines = [['file', 'start', 'end', 'speaker', 'text', 'confidence'], ...rows].map((row) =>
    row.map((cell) => csvCell(plain(String(cell)))).join(','),
  );
  return { content: `${lines.join('\r\n')}\r\n`, notes: notes.list };
}

/** A cell as RFC 4180 has it: in quotes where it must be. */
export function csvCell(text: string): string {
  return /[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
