import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { decodeStream, streamLines } from './decode-stream.ts';
import { decodeText } from './decode-text.ts';
import { codeOf, InputError, IsoglossError, messageOf, WorkError } from './errors.ts';
import { ownerTag } from './leftovers.ts';
import { notice } from './notices.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * Writes a file whole or not at all: to a temporary name beside it, then renamed.
 * @param mode of the new file; what is usual for the process, if not said
 * @throws WorkError when the disk is full or the folder can't be written
 */
export async function writeAtomic(
  file: string,
  data: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  mode?: number,
): Promise<void> {
  await wholeOrNot(file, async (temporary) => {
    const handle = await open(temporary, 'w', mode);
    try {
      const parts = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
      for await (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Copies a file whole or not at all. */
export async function copyAtomic(from: string, to: string): Promise<void> {
  await wholeOrNot(to, (temporary) => copyFile(from, temporary));
}

async function wholeOrNot(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await write(temporary);
    await rename(temporary, file);
  } catch (error) {
    // Where there is no such folder there is nothing to remove: what is told is why.
    await rm(temporary, { force: true }).catch(() => {});
    // What is written may come as it is made: then what went wrong may be the maker's, and is told as such.
    throw error instanceof IsoglossError || codeOf(error) === undefined ? error : writeError(file, error);
  }
}

/** A name in the same folder (so that `rename` is atomic) that a crash leaves recognisable. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${ownerTag()}.partial`);
}

export function writeError(file: string, error: unknown): WorkError {
  if (codeOf(error) === 'ENOSPC')
    return new WorkError(
      'the disk is full',
      'Free some space, then run the same command again: what is done is kept.',
      { file },
      error,
    );
  return new WorkError(
    `can't write: ${messageOf(error)}`,
    'Check that the folder exists and may be written.',
    { file },
    error,
  );
}

/**
 * Writes a file that people edit, unless it is there with other words in it.
 * @param refusal what is said then
 * @throws InputError when it is there and differs
 */
export async function writeNew(file: string, text: string, refusal: string): Promise<void> {
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there === text) return;
  if (there !== undefined) throw new InputError(refusal, 'Name another with --output, or move it away.', { file });
  await writeAtomic(file, text);
}

/** JSON with two-space indent and a final newline, written atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws InputError when the file is missing or is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(
      `not valid JSON: ${messageOf(error)}`,
      'Restore the file, or delete it to have it made again.',
      { file },
      error,
    );
  }
}

/**
 * A file's text, without byte order mark. One that isn't UTF-8 is recognised, and said to be so (`onNotice`).
 * @throws InputError when the file is missing, is a folder, can't be read, or is no text
 */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  const { text, encoding } = decodeText(bytes, { file });
  sayEncoding(file, encoding);
  return text;
}

/** The text of a long file, piece by piece, otherwise as `readText`. */
export async function* readChunks(file: string): AsyncGenerator<string> {
  const stream = decodeStream(bytesOf(file), { file });
  yield* stream.chunks;
  sayEncoding(file, stream.encoding);
}

/**
 * A file's bytes as they are read; those of a `.gz` unpacked.
 * @throws InputError when it can't be read, or unpacked
 */
export async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const whole = file.endsWith('.gz') ? unpacked(stream) : stream;
  try {
    yield* whole as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw readError(file, error);
  } finally {
    // Whoever has read enough ends what unpacks, not what is behind it.
    stream.destroy();
  }
}

function unpacked(stream: Readable): Readable {
  const gunzip = createGunzip();
  stream.once('error', (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

function sayEncoding(file: string, encoding: string): void {
  if (encoding !== 'utf-8')
    notice(`${file} is not UTF-8: it was read as ${encoding}. Where letters came out wrong, save it as UTF-8.`);
}

export function readError(file: string, error: unknown): InputError {
  const code = codeOf(error);
  if (code === 'ENOENT') return new InputError('no such file', 'Check the path.', { file }, error);
  if (code === 'EISDIR')
    return new InputError('this is a folder, a file is wanted', 'Name a file in it.', { file }, error);
  return new InputError(`can't read: ${messageOf(error)}`, 'Check that the file may be read.', { file }, error);
}

/**
 * Streams a JSONL file: one parsed value and its 1-based line number at a time. Blank lines are skipped.
 * @throws InputError for what is no JSON, with the line
 */
export async function* readJsonLines(file: string): AsyncGenerator<{ value: unknown; line: number }> {
  for await (const { text, line } of streamLines(readChunks(file))) {
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw noJson(text, { file, line }, error);
    }
    yield { value, line };
  }
}

function noJson(text: string, place: { file: string; line: number }, error: unknown): InputError {
  if (place.line === 1 && /^[^{["\t,;]*[\t,;]/.test(text))
    return new InputError(
      'this is a table, not JSONL',
      'Make a corpus of a table (CSV, TSV) with isogloss corpus import.',
      place,
      error,
    );
  if (/^\s*[[{]\s*$/.test(text))
    return new InputError(
      'here JSON goes on over several lines',
      'Write each record whole on a line of its own.',
      place,
      error,
    );
  return new InputError(`not valid JSON: ${messageOf(error)}`, 'Mend or remove this line.', place, error);
}

/** Hex SHA-256 of bytes or text. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Hex SHA-256 of a file, streamed. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw readError(file, error);
  }
  return hash.digest('hex');
}
