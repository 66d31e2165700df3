import { readSync, writeSync } from 'node:fs';
import type { Cursor } from './cursor.ts';

const BLOCK_BYTES = 1 << 18;

/** Writes rows from a place in the file on; returns where they end. */
export function writeRun(handle: number, rows: Cursor, start: number): number {
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

export class RunCursor implements Cursor {
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
