import { InputError } from '../../support/errors.ts';
import type { TextGridLayout, TierLayout } from './layout.ts';

const HEADER = 'ooBinaryFile';

export const isBinaryTextGrid = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, HEADER.length)).toString('latin1') === HEADER;

/**
 * A TextGrid as Praat's "Save as binary file" writes it: big-endian, strings with their length before them, in UTF-16
 * where they are not ASCII. Places are bytes.
 * @throws InputError for a file that is cut, or holds something else
 */
export function parseBinaryTextGrid(bytes: Uint8Array, file: string): TextGridLayout {
  const reader = new Reader(bytes, file);
  reader.at = HEADER.length;
  const object = reader.shortString();
  if (!/^TextGrid( \d+)?$/.test(object)) reader.refuse(`it holds a ${object}, not a TextGrid`);
  const [start, end] = [reader.double(), reader.double()];
  const exists = reader.byte() !== 0;
  const size = { from: reader.at, to: reader.at + 4 };
  const tiers: TierLayout[] = [];
  for (let left = exists ? reader.count() : 0; left > 0; left--) tiers.push(readTier(reader));
  return { start, end, size, tiers };
}

function readTier(reader: Reader): TierLayout {
  const from = reader.at;
  const kind = reader.shortString();
  const points = kind === 'TextTier';
  if (!points && kind !== 'IntervalTier') reader.refuse(`"${kind}" is no kind of tier`);
  const name = reader.string();
  reader.double();
  reader.double();
  const items: TierLayout['items'] = [];
  for (let left = reader.count(); left > 0; left--) {
    const start = reader.double();
    items.push({ start, end: points ? start : reader.double(), text: reader.string(), line: 1 });
  }
  return { points, name, items, from, to: reader.at };
}

class Reader {
  at = 0;
  private readonly view: DataView;
  private readonly bytes: Buffer;
  private readonly file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.file = file;
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  double(): number {
    const value = this.view.getFloat64(this.take(8));
    return Number.isFinite(value) ? value : this.refuse('a time is not a number');
  }

  count(): number {
    return this.view.getInt32(this.take(4));
  }

  shortString(): string {
    const length = this.byte();
    return this.bytes.toString('latin1', this.take(length), this.at);
  }

  string(): string {
    const length = this.view.getUint16(this.take(2));
    if (length !== 0xffff) return this.bytes.toString('latin1', this.take(length), this.at);
    const from = this.at + 2;
    for (let left = this.view.getUint16(this.take(2)); left > 0; left--)
      if (isLeadSurrogate(this.view.getUint16(this.take(2)))) this.take(2);
    return Buffer.from(this.bytes.subarray(from, this.at)).swap16().toString('utf16le');
  }

  refuse(what: string): never {
    throw new InputError(what, 'Open it in Praat and save it anew.', { file: this.file });
  }

  private take(length: number): number {
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length) this.refuse('the file ends too early');
    return from;
  }
}

/** Lengths are code points: an emoji is one, of two units. */
const isLeadSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** A tier's bytes. @param items fill the tier from `start` to `end` */
export function binaryTier(
  { points, name, items }: Omit<TierLayout, 'from' | 'to'>,
  start: number,
  end: number,
): Uint8Array {
  const parts = [
    shortString(points ? 'TextTier' : 'IntervalTier'),
    string(name),
    double(start),
    double(end),
    int(items.length),
  ];
  for (const item of items) parts.push(double(item.start), ...(points ? [] : [double(item.end)]), string(item.text));
  return Buffer.concat(parts);
}

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

const shortString = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);

function string(text: string): Buffer {
  const ascii = !/[^\0-\x7f]/.test(text);
  const body = ascii ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf16le').swap16();
  const length = Array.from(text).length;
  if (length >= 0xffff)
    throw new InputError('a text of more than 65,534 signs can’t stand in a binary TextGrid', 'Use the text form.');
  const head = Buffer.alloc(ascii ? 2 : 4);
  if (!ascii) head.writeUInt16BE(0xffff);
  head.writeUInt16BE(length, ascii ? 0 : 2);
  return Buffer.concat([head, body]);
}
