import { type Cursor, type SortOrder, compareRows } from './cursor.ts';

/** The least row of several sorted cursors, by a binary heap. */
export class MergeCursor implements Cursor {
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

export class SummingCursor implements Cursor {
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
