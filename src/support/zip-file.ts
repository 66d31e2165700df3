import { closeSync, createReadStream, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Unzip, UnzipInflate, UnzipPassThrough, Zip, ZipDeflate, ZipPassThrough, type UnzipFile } from 'fflate';
import { InputError, IsoglossError, messageOf } from './errors.ts';
import { readError, temporaryBeside, writeAtomic, writeError } from './files.ts';

/** A file of an archive: its text, or the file that it is a copy of. */
export interface ZipEntry {
  name: string;
  content: string | { file: string };
}

/** Without zip64, which not every program reads. */
const MOST_BYTES = 0xffff_ffff;
/** The earliest that a zip file can say: the same entries give the same archive. */
const NO_TIME = new Date(1980, 0, 1);

/**
 * Writes a .zip, entry by entry and piece by piece; texts are packed, files are stored as they are.
 * @throws InputError when it would be larger than 4 GiB
 */
export async function writeZip(file: string, entries: readonly ZipEntry[]): Promise<void> {
  const sizes = await Promise.all(
    entries.map(async ({ content }) =>
      typeof content === 'string' ? content.length : (await stat(content.file)).size,
    ),
  );
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES)
    throw new InputError('a .zip holds no more than 4 GiB', 'Leave something out, or copy the folder.', { file });
  await writeAtomic(file, zipped(entries));
}

async function* zipped(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const { name, content } of entries) {
    const packed = typeof content === 'string';
    const entry = packed ? new ZipDeflate(name, { level: 9 }) : new ZipPassThrough(name);
    entry.mtime = NO_TIME;
    zip.add(entry);
    const source = packed ? [Buffer.from(content)] : Readable.from(createReadStream(content.file));
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      entry.push(piece);
      yield* pieces;
      pieces = [];
    }
    entry.push(new Uint8Array(0), true);
    yield* pieces;
    pieces = [];
  }
  zip.end();
  yield* pieces;
}

/** Texts larger than that are no texts of ours. */
const MOST_TEXT = 1 << 30;

/**
 * Texts out of a .zip, by name; what else is in it is not unpacked, and nothing is read behind the last of them.
 * @returns those that are there
 * @throws InputError when it is no .zip, or damaged
 */
export async function readFromZip(file: string, wanted: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const read = ({ name }: UnzipFile): EntryReader | undefined => {
    if (!wanted.includes(name)) return undefined;
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    return (piece, final) => {
      bytes += piece.length;
      if (bytes > MOST_TEXT) throw new Error(`${name} is too large`);
      pieces.push(piece);
      if (final) found.set(name, Buffer.concat(pieces).toString('utf8'));
    };
  };
  await readEntries(file, read, () => found.size === wanted.length);
  return found;
}

/**
 * Unpacks files of a .zip into a folder, piece by piece. A file is there under its name only once it is whole.
 * @param wanted by their names in it
 * @throws InputError when it is no .zip, is damaged, or names a place outside of the folder; WorkError when the disk is
 * full
 */
export async function unpackZip(file: string, folder: string, wanted: (name: string) => boolean): Promise<void> {
  /** That are being written. */
  const open = new Map<string, number>();
  const write = ({ name }: UnzipFile): EntryReader | undefined => {
    if (!wanted(name) || name.endsWith('/')) return undefined;
    const place = path.resolve(folder, name);
    if (!place.startsWith(path.resolve(folder) + path.sep)) throw new Error(`${name} lies outside of it`);
    const partial = temporaryBeside(place);
    orTold(place, () => {
      mkdirSync(path.dirname(place), { recursive: true });
      open.set(partial, openSync(partial, 'w'));
    });
    return (piece, final) =>
      orTold(place, () => {
        const handle = open.get(partial)!;
        // All of it: one write alone may take a part, as on a disk that is all but full.
        writeFileSync(handle, piece);
        if (!final) return;
        open.delete(partial);
        closeSync(handle);
        renameSync(partial, place);
      });
  };
  try {
    await readEntries(file, write);
  } finally {
    for (const [partial, handle] of open) {
      closeSync(handle);
      rmSync(partial, { force: true });
    }
  }
}

/** @throws WorkError where a file can't be written */
function orTold(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw writeError(file, error);
  }
}

type EntryReader = (piece: Uint8Array, final: boolean) => void;

/** @param reader of an entry; none, if it is passed over */
async function readEntries(
  file: string,
  reader: (entry: UnzipFile) => EntryReader | undefined,
  isDone: () => boolean = () => false,
): Promise<void> {
  const unzip = new Unzip((entry) => {
    const read = reader(entry);
    if (!read) return;
    entry.ondata = (error, piece, final) => {
      if (error) throw error;
      read(piece, final);
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  const stream = createReadStream(file);
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      unzip.push(piece);
      if (isDone()) break;
    }
  } catch (error) {
    if (error instanceof IsoglossError) throw error;
    if (error instanceof Error && 'syscall' in error) throw readError(file, error);
    throw new InputError(
      `not a .zip that can be read: ${messageOf(error)}`,
      'Copy the archive again.',
      { file },
      error,
    );
  } finally {
    stream.destroy();
  }
}
