import { parse } from 'csv-parse/sync';

/** How a table of text is written. */
export interface Dialect {
  delimiter: string;
  /** Whether fields in double quotes may hold delimiters and line breaks. */
  quotes: boolean;
  /** Whether the first row names the columns. */
  header: boolean;
}

/**
 * How a table is written, by its first lines: the delimiter that gives the most columns, the same number in each row;
 * quotes where reading them works out; a header where the first row has names that tables of speech use, or words above
 * numbers.
 * @param sample whole lines
 */
export function dialectOf(sample: string): Dialect {
  const [delimiter, quotes, rows] = DELIMITERS.flatMap((one) =>
    [true, false].map((quoted) => [one, quoted, rowsOf(sample, one, quoted)] as const),
  )
    .filter(([, , found]) => found.length > 0)
    .reduce((best, other) => (likelihood(other[2]) > likelihood(best[2]) ? other : best), [
      ',',
      true,
      [[]],
    ] as readonly [string, boolean, string[][]]);
  return { delimiter, quotes, header: isHeader(rows[0] ?? [], rows.slice(1)) };
}

const DELIMITERS = ['\t', ',', ';', '|'];

function rowsOf(sample: string, delimiter: string, quotes: boolean): string[][] {
  try {
    return parse(sample, {
      delimiter,
      quote: quotes ? '"' : false,
      relax_column_count: true,
      skip_empty_lines: true,
      to: 200,
    });
  } catch {
    return [];
  }
}

/** Columns, if most rows have as many; a little more for several rows, so that a reading that swallows lines loses. */
function likelihood(rows: readonly string[][]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [columns, alike] = [...counts].reduce((best, other) => (other[1] > best[1] ? other : best), [0, 0]);
  return columns < 2
    ? 0
    : (alike / rows.length) ** 4 * (1 + Math.min(columns, 20) / 100 + Math.min(rows.length, 200) / 100_000);
}

/** Names of columns in published corpora and in people's own tables. */
const COLUMN_NAMES = [
  'path|file|file_?name|file_?path|audio(_?(file|path|filename|filepath))?|wav|clip|recording|text|sentence',
  'transcript(ion)?|raw_transcription|normali[sz]ed_text|speaker(_id)?|client_id|start(_time)?|end(_time)?',
  'begin|duration|id|utterance(_id)?|lang(uage)?|locale|split|gender|age',
].join('|');
const COLUMN_NAME = new RegExp(`^(${COLUMN_NAMES})$`, 'i');

function isHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const cells = first.map((cell) => cell.trim());
  if (cells.some((cell) => COLUMN_NAME.test(cell))) return true;
  if (rest.length === 0 || new Set(cells).size < cells.length || cells.some((cell) => cell === '' || cell.length > 30))
    return false;
  return cells.some((cell, i) => !isNumber(cell) && rest.every((row) => isNumber(row[i] ?? '')));
}

const isNumber = (cell: string): boolean =>
  cell.trim() !== '' && Number.isFinite(Number(cell.trim().replace(',', '.')));
