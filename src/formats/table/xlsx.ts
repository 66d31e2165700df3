import type { CellValue } from 'read-excel-file/universal';
import { InputError, messageOf } from '../../support/errors.ts';

export interface Sheet {
  name: string;
  /** As text: numbers as they are, dates as ISO 8601, empty cells as ''. */
  rows: string[][];
}

/** What all parts may unpack to, and what deflate can make of a byte at most. */
const LARGEST = 500_000_000;
const MOST = 1032;

/**
 * The sheets of an Excel workbook. By read-excel-file's universal door: its door for Node waits for ever on some
 * damaged files.
 * @throws InputError for what is no workbook, or unpacks to more than 500 MB
 */
export async function readXlsx(bytes: Uint8Array, { file }: { file: string }): Promise<Sheet[]> {
  if (unpackedSize(bytes) > Math.min(LARGEST, MOST * bytes.length))
    throw new InputError('it claims to unpack to more than it can hold, or than 500 MB', 'Save it as CSV.', { file });
  const { default: readWorkbook } = await import('read-excel-file/universal');
  try {
    const sheets = await readWorkbook(Uint8Array.from(bytes).buffer, { trim: false });
    return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data.map((row) => row.map(textOf)) }));
  } catch (error) {
    throw new InputError(
      `it can’t be read as an Excel workbook: ${messageOf(error)}`,
      'Save it as .xlsx or CSV.',
      { file },
      error,
    );
  }
}

function textOf(cell: CellValue | null): string {
  if (cell === null) return '';
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** By the zip's own table of contents: signature, and at 24 bytes the size unpacked. */
function unpackedSize(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size = 0;
  for (let at = buffer.indexOf(ENTRY); at >= 0 && at + 28 <= buffer.length; at = buffer.indexOf(ENTRY, at + 4))
    size += buffer.readUInt32LE(at + 24);
  return size;
}

const ENTRY = Buffer.from([0x50, 0x4b, 0x01, 0x02]);
