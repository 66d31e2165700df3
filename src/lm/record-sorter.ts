import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { writeError } from '../support/files.ts';

const FIRST_RECORDS = 1 << 10;
const BLOCK_BYTES = 1 << 18;
const DIGIT = 16;

/** Rows one after the other. `row` is the same memory for all of them. */
export interface Cursor {
  readonly row: Uint32Array;
  /** Goes on to the next row; false behind the last. */
  next(): boolean;
}

export interface SortOrder {
  /** Numbers in a row. */
  columns: number;
  /** The columns to sort by, the most significant first. */
  keys: readonly number[];
  /** Rows with the same keys become one, with the sum of this column. */
  sum?: number;
}

/**
 * Sorts rows of unsigned 32-bit numbers that may not fit in memory: what fits is sorted and written to a temporary file
 * as a run, and the runs are merged while they are read (Knuth, The Art of Computer Programming, vol. 3, §5.4). Nothing
 * is written as long as all fits.
 *
 * The files are read and written synchronously: a promise for each row would cost more than all else.
 */
export class RecordSorter {
  /** Rows in the making; `slot` says where the next one is to be written. */
  records: Uint32Array;
  private readonly order: SortOrder;
  private readonly mostRecords: number;
  private readonly folder: string;
  private readonly file: string;
  private count = 0;
  private handle: number | undefined;
  /** Where each run begins in the file, in bytes; the last entry is the file's length. */
  private readonly bounds = [0];

  /**
   * @param bytes memory for rows and for the sorting of them
   * @param folder where the temporary file is made, should one be needed
   */
  constructor(order: SortOrder, bytes: number, folder: string, name: string) {
    this.order = order;
    // Two arrays of indices are needed to sort.
    this.mostRecords = Math.max(2, Math.floor(bytes / (4 * order.columns + 8)));
    this.records = new Uint32Array(Math.min(FIRST_RECORDS, this.mostRecords) * order.columns);
    this.folder = folder;
    this.file = path.join(folder, name);
  }

  /** How many sorted pieces were written to disk; 0 when all fitted. */
  get runs(): number {
    return this.bounds.length - 1;
  }

  /** Index into `records` where a new row of `columns` numbers is to be written at once. */
  slot(): number {
    if (this.count === this.mostRecords) this.spill();
    const at = this.count * this.order.columns;
    if (at === this.records.length) {
      const larger = new Uint32Array(Math.min(this.mostRecords, 2 * this.count) * this.order.columns);
      larger.set(this.records);
      this.records = larger;
    }
    this.count++;
    return at;
  }

  /** All rows in order, to be read once. Nothing can be added any more. */
  sorted(): Cursor {
    if (this.handle === undefined) return this.chunk();
    this.spill();
    this.records = new Uint32Array(0);
    const { handle, bounds, order } = this;
    const runs = bounds.slice(1).map((end, i) => new RunCursor(handle, bounds[i]!, end, order.columns));
    return this.summed(new MergeCursor(runs, order));
  }

  /** Frees memory and disk. */
  close(): void {
    this.records = new Uint32Array(0);
    this.count = 0;
    if (this.handle === undefined) return;
    closeSync(this.handle);
    this.handle = undefined;
    rmSync(this.file, { force: true });
  }

  private chunk(): Cursor {
    return this.summed(
      new ChunkCursor(this.records, this.order.columns, sortedIndex(this.records, this.count, this.order)),
    );
  }

  private summed(cursor: Cursor): Cursor {
    return this.order.sum === undefined ? cursor : new SummingCursor(cursor, this.order, this.order.sum);
  }

  private spill(): void {
    if (this.count === 0) return;
    try {
      if (this.handle === undefined) {
        mkdirSync(this.folder, { recursive: true });
        this.handle = openSync(this.file, 'wx+');
      }
      this.bounds.push(writeRun(this.handle, this.chunk(), this.bounds.at(-1)!));
    } catch (error) {
      throw writeError(this.file, error);
    }
    this.count = 0;
  }
}

/** Writes rows from a place in the file on; returns where they end. */
function writeRun(handle: number, rows: Cursor, start: number): number {
  const width = rows.row.length;
  const block = new Uint32Array(Math.max(1, Math.floor(BLOCK_BYTES / 4 / width)) * width);
  let [used, end] = [0, start];
  const flush = (): void => {
    const bytes = new Uint8Array(block.buffer, 0, 4 * used);
    for (let written = 0; written < bytes.length;)
      written += writeSync(handle, bytes, written, bytes.length - written, end + written);
    end += bytes.length;
    used = 0;
  };
  while (rows.next()) {
    if (used === block.length) flush();
    block.set(rows.row, used);
    used += width;
  }
  flush();
  return end;
}

/** Indices of rows in order: a radix sort, from the least significant 16 bits of the least significant key. */
function sortedIndex(records: Uint32Array, count: number, { columns, keys }: SortOrder): Uint32Array {
  let index = new Uint32Array(count);
  for (let i = 0; i < count; i++) index[i] = i;
  let other = new Uint32Array(count);
  const starts = new Uint32Array((1 << DIGIT) + 1);
  for (const key of keys.toReversed())
    for (const shift of [0, DIGIT]) {
      starts.fill(0);
      for (let at = key; at < count * columns; at += columns) starts[((records[at]! >>> shift) & 0xffff) + 1]!++;
      // All rows have the same digit: as good as sorted.
      if (count === 0 || starts[((records[key]! >>> shift) & 0xffff) + 1] === count) continue;
      for (let d = 1; d < starts.length; d++) starts[d]! += starts[d - 1]!;
      for (let i = 0; i < count; i++)
        other[starts[(records[index[i]! * columns + key]! >>> shift) & 0xffff]!++] = index[i]!;
      [index, other] = [other, index];
    }
  return index;
}

class ChunkCursor implements Cursor {
  readonly row: Uint32Array;
  private readonly records: Uint32Array;
  private readonly index: Uint32Array;
  private at = 0;

  constructor(records: Uint32Array, columns: number, index: Uint32Array) {
    this.row = new Uint32Array(columns);
    this.records = records;
    this.index = index;
  }

  next(): boolean {
    if (this.at === this.index.length) return false;
    const width = this.row.length;
    const start = this.index[this.at++]! * width;
    for (let c = 0; c < width; c++) this.row[c] = this.records[start + c]!;
    return true;
  }
}

class RunCursor implements Cursor {
  readonly row: Uint32Array;
  private readonly handle: number;
  private position: number;
  private readonly end: number;
  private readonly block: Uint32Array;
  private at = 0;
  private filled = 0;

  constructor(handle: number, start: number, end: number, columns: number) {
    this.row = new Uint32Array(columns);
    this.handle = handle;
    this.position = start;
    this.end = end;
    this.block = new Uint32Array(Math.max(1, Math.floor(BLOCK_BYTES / 4 / columns)) * columns);
  }

  next(): boolean {
    const width = this.row.length;
    if (this.at === this.filled && !this.refill()) return false;
    for (let c = 0; c < width; c++) this.row[c] = this.block[this.at + c]!;
    this.at += width;
    return true;
  }

  private refill(): boolean {
    const bytes = new Uint8Array(this.block.buffer, 0, Math.min(this.block.byteLength, this.end - this.position));
    for (let read = 0; read < bytes.length;)
      read += readSync(this.handle, bytes, read, bytes.length - read, this.position + read);
    this.position += bytes.length;
    this.at = 0;
    this.filled = bytes.length / 4;
    return bytes.length > 0;
  }
}

/** The least row of several sorted cursors, by a binary heap. */
class MergeCursor implements Cursor {
  readonly row: Uint32Array;
  private readonly heap: Cursor[];
  private readonly keys: readonly number[];

  constructor(cursors: readonly Cursor[], { columns, keys }: SortOrder) {
    this.row = new Uint32Array(columns);
    this.keys = keys;
    this.heap = cursors.filter((cursor) => cursor.next());
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  next(): boolean {
    const least = this.heap[0];
    if (!least) return false;
    this.row.set(least.row);
    if (!least.next()) {
      const last = this.heap.pop()!;
      if (last !== least) this.heap[0] = last;
    }
    this.sink(0);
    return true;
  }

  private sink(from: number): void {
    const { heap, keys } = this;
    for (let i = from; ;) {
      let least = i;
      for (let child = 2 * i + 1; child <= 2 * i + 2 && child < heap.length; child++)
        if (compareRows(heap[child]!.row, heap[least]!.row, keys) < 0) least = child;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}

class SummingCursor implements Cursor {
  readonly row: Uint32Array;
  private readonly source: Cursor;
  private readonly keys: readonly number[];
  private readonly column: number;
  private ahead: boolean;

  constructor(source: Cursor, { columns, keys }: SortOrder, column: number) {
    this.row = new Uint32Array(columns);
    this.source = source;
    this.keys = keys;
    this.column = column;
    this.ahead = source.next();
  }

  next(): boolean {
    if (!this.ahead) return false;
    this.row.set(this.source.row);
    while ((this.ahead = this.source.next()) && compareRows(this.row, this.source.row, this.keys) === 0)
      this.row[this.column]! += this.source.row[this.column]!;
    return true;
  }
}

/** Negative, 0 or positive, as `a` comes before, with or after `b`. */
export function compareRows(a: Uint32Array, b: Uint32Array, keys: readonly number[]): number {
  for (const key of keys) if (a[key] !== b[key]) return a[key]! - b[key]!;
  return 0;
}
