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

export class ChunkCursor implements Cursor {
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

/** Negative, 0 or positive, as `a` comes before, with or after `b`. */
export function compareRows(a: Uint32Array, b: Uint32Array, keys: readonly number[]): number {
  for (const key of keys) if (a[key] !== b[key]) return a[key]! - b[key]!;
  return 0;
}
