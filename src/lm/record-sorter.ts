import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeError } from '../support/files.ts';
import { type SortOrder, type Cursor, ChunkCursor } from './cursor.ts';
import { RunCursor, writeRun } from './sorted-run.ts';
import { MergeCursor, SummingCursor } from './merge.ts';

const FIRST_RECORDS = 1 << 10;
const DIGIT = 16;

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
