import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { InputError, messageOf } from '../../support/errors.ts';
import { quietSource } from './quiet.ts';

/** A value of a row: what isn't a column of text keeps its bytes. */
export type ParquetRow = Record<string, unknown>;

/** A sound inside a table, as Hugging Face's data sets have it. */
export interface EmbeddedAudio {
  bytes?: Uint8Array;
  path?: string;
}

/** Of a row group, unpacked, that is read at a time: groups of sounds may be larger than memory. */
const AT_ONCE = 2 ** 28;
/** What a page or a row group may claim, so that a damaged file can't ask for all memory. */
const LARGEST = 2 ** 31;

export interface ParquetOptions {
  /** Named in errors. */
  file: string;
  /** Only these, so that the sounds need not be read where they aren't wanted. */
  columns?: string[];
}

/**
 * Rows of a Parquet file, from a source that gives any stretch of its bytes: one row group after another, a few rows at
 * a time.
 * @throws InputError for what is no Parquet file, or is damaged
 * @example
 * const file = 'train.parquet';
 * for await (const row of readParquet(await asyncBufferFromFile(file), { file })) audioOf(row.audio);
 */
export async function* readParquet(source: AsyncBuffer, { file, columns }: ParquetOptions): AsyncGenerator<ParquetRow> {
  const metadata = await readMetadata(source, file);
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const options = {
    file: quietSource(source),
    metadata,
    compressors,
    utf8: false,
    useOffsetIndex: true,
    ...(columns && { columns }),
  };
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const step = Math.max(1, Math.floor(rows * Math.min(1, AT_ONCE / Number(group.total_byte_size))));
    for (let from = start; from < start + rows; from += step) {
      const range = { rowStart: from, rowEnd: Math.min(from + step, start + rows) };
      yield* await orInputError(file, () => parquetReadObjects({ ...options, ...range }));
    }
    start += rows;
  }
}

/** The names of the columns. @throws InputError for what is no Parquet file */
export async function parquetColumns(source: AsyncBuffer, { file }: { file: string }): Promise<string[]> {
  const { schema } = await readMetadata(source, file);
  const names: string[] = [];
  for (let at = 1, left = schema[0]?.num_children ?? 0; left > 0 && at < schema.length; left--) {
    names.push(schema[at]!.name);
    for (let inside = 1; inside > 0 && at < schema.length; at++) inside += (schema[at]!.num_children ?? 0) - 1;
  }
  return names;
}

async function readMetadata(source: AsyncBuffer, file: string): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import('hyparquet');
  const metadata = await orInputError(file, () => parquetMetadataAsync(source));
  const sound = await orInputError(file, () =>
    metadata.row_groups.every(
      ({ num_rows: rows, columns }) =>
        rows >= 0n &&
        rows < LARGEST &&
        columns.every(({ meta_data: column }) => !column || fits(column, source.byteLength)),
    ),
  );
  if (!sound) throw new InputError('its table of contents is damaged', 'Get the file anew.', { file });
  return metadata;
}

function fits(
  {
    data_page_offset: offset,
    total_compressed_size: size,
    num_values: values,
    total_uncompressed_size: unpacked,
  }: NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>,
  length: number,
): boolean {
  return (
    offset >= 0n &&
    size >= 0n &&
    offset + size <= BigInt(length) &&
    values >= 0n &&
    values < LARGEST &&
    unpacked >= 0n &&
    unpacked < 2n * BigInt(LARGEST)
  );
}

async function orInputError<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new InputError(
      `it can’t be read as a Parquet file: ${messageOf(error)}`,
      'Get the file anew.',
      { file },
      error,
    );
  }
}

/** The sound of a cell that is a struct of bytes and path, or bytes; undefined for anything else. */
export function audioOf(cell: unknown): EmbeddedAudio | undefined {
  if (cell instanceof Uint8Array) return { bytes: cell };
  if (typeof cell !== 'object' || cell === null) return undefined;
  const { bytes, path } = cell as Record<string, unknown>;
  if (!(bytes instanceof Uint8Array) && typeof path !== 'string') return undefined;
  return { ...(bytes instanceof Uint8Array && { bytes }), ...(typeof path === 'string' && { path }) };
}
