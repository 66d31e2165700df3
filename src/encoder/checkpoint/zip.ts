import { InputError } from '../../support/errors.ts';
import type { FileBytes } from './bytes-of-file.ts';
import { damaged } from './stored-tensor.ts';

/** A file inside a zip that is stored as it is, not compressed. */
export interface ZipEntry {
  /** Where its bytes begin in the zip. */
  offset: number;
  bytes: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_COMMENT = 65535;
/** A list of files that is longer belongs to no file of weights. */
const MOST_LIST = 64_000_000;

/**
 * The files in a zip, of any size (APPNOTE 6.3.10): names and places, from the list at its end.
 * @throws InputError when it is no zip, or has compressed or encrypted files
 */
export async function readZip(zip: FileBytes): Promise<Map<string, ZipEntry>> {
  const { count, offset, length } = await findList(zip);
  if (length > MOST_LIST) throw damaged(zip.file, `its list of files would be ${length} bytes long`);
  const list = await zip.read(offset, length);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { name, entry, next } = await readEntry(zip, list, at);
    if (entries.has(name)) throw damaged(zip.file, `it has ${JSON.stringify(name)} twice`);
    entries.set(name, entry);
    at = next;
  }
  return entries;
}

interface List {
  count: number;
  offset: number;
  length: number;
}

async function findList(zip: FileBytes): Promise<List> {
  const from = Math.max(0, zip.size - 22 - MOST_COMMENT);
  const tail = await zip.read(from, zip.size - from);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    const list = {
      count: tail.readUInt16LE(at + 10),
      length: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const large = list.count === 0xffff || list.length === 0xffffffff || list.offset === 0xffffffff;
    return large ? findLargeList(zip, from + at) : list;
  }
  throw damaged(zip.file, 'this is no zip, as files of PyTorch weights are: its list of files is missing');
}

async function findLargeList(zip: FileBytes, end: number): Promise<List> {
  const locator = await zip.read(end - 20, 20);
  if (locator.readUInt32LE() !== LOCATOR_64) throw damaged(zip.file, 'its list of files is not found');
  const record = await zip.read(Number(locator.readBigUInt64LE(8)), 56);
  if (record.readUInt32LE() !== END_64) throw damaged(zip.file, 'its list of files is not found');
  const number = (at: number): number => Number(record.readBigUInt64LE(at));
  return { count: number(32), length: number(40), offset: number(48) };
}

async function readEntry(
  zip: FileBytes,
  list: Buffer,
  at: number,
): Promise<{ name: string; entry: ZipEntry; next: number }> {
  if (at + 46 > list.length || list.readUInt32LE(at) !== CENTRAL)
    throw damaged(zip.file, 'its list of files is damaged');
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => list.readUInt16LE(at + place)) as [
    number,
    number,
    number,
  ];
  const next = at + 46 + nameBytes + extraBytes + commentBytes;
  if (next > list.length) throw damaged(zip.file, 'its list of files is damaged');
  const name = list.toString('utf8', at + 46, at + 46 + nameBytes);
  const extra = list.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
  if (list.readUInt16LE(at + 8) & 1 || list.readUInt16LE(at + 10) !== 0)
    throw new InputError(
      `${JSON.stringify(name)} in it is compressed or encrypted`,
      'Take the weights as PyTorch writes them, or as safetensors.',
      { file: zip.file },
    );
  const [packed, bytes, local] = widened(
    zip,
    extra,
    [20, 24, 42].map((place) => list.readUInt32LE(at + place)),
  );
  if (packed !== bytes) throw damaged(zip.file, `of ${JSON.stringify(name)} two sizes are said`);
  return { name, entry: { offset: await dataOffset(zip, local, name, bytes), bytes }, next };
}

/** Numbers that don't fit into 32 bits are in a field of their own (zip64), in the same order. */
function widened(
  zip: FileBytes,
  extra: Buffer,
  numbers: readonly number[],
): [packed: number, bytes: number, local: number] {
  const [packed, bytes, local] = numbers as [number, number, number];
  const wide = wideField(extra);
  let at = 0;
  const take = (number: number): number => {
    if (number !== 0xffffffff) return number;
    if (!wide || at + 8 > wide.length) throw damaged(zip.file, 'its list of files is damaged');
    at += 8;
    return Number(wide.readBigUInt64LE(at - 8));
  };
  // As the standard orders them: the size first.
  const size = take(bytes);
  return [take(packed), size, take(local)];
}

function wideField(extra: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  return undefined;
}

/**
 * Behind the file's own header, whose name and extra field may be longer than the list says: PyTorch aligns with them.
 */
async function dataOffset(zip: FileBytes, local: number, name: string, bytes: number): Promise<number> {
  const header = await zip.read(local, 30);
  if (header.readUInt32LE() !== LOCAL)
    throw damaged(zip.file, `${JSON.stringify(name)} is not where its list of files says`);
  const offset = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (offset + bytes > zip.size) throw damaged(zip.file, 'the file ends too early');
  return offset;
}
