import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { decodeText } from '../support/decode-text.ts';
import { InputError } from '../support/errors.ts';
import { readError, writeError } from '../support/files.ts';
import { refuseMissing } from './find-recordings.ts';

/** Which recordings are meant: files, folders and patterns, or those that a list names. */
export interface Inputs {
  /** `-` is sound on standard input. */
  paths: readonly string[];
  /** A file with a recording a line, or parted by zero bytes as `find -print0` writes them; `-` is standard input. */
  filesFrom?: string | undefined;
  /** Standard input. */
  stdin?: Readable;
  /** Whoever stops does not wait for standard input to end. */
  signal?: AbortSignal;
}

/** Inputs as places in the file system. */
export interface Places {
  paths: string[];
  /** Folders whose trees are kept below `out`. */
  named: string[];
  /** Where standard input lies meanwhile, and what it is called. */
  standardInput?: string;
  /** Removes that. */
  release: () => Promise<void>;
}

export const STANDARD_INPUT = '-';

/**
 * Reads lists and standard input. Sound from there is laid down in a temporary file: many formats can only be read with
 * their end in sight.
 * @throws InputError when nothing is named, or standard input is wanted twice; the signal's reason when it is aborted
 */
export async function placesOf({ paths, filesFrom, stdin = process.stdin, signal }: Inputs): Promise<Places> {
  const spoken = paths.filter((one) => one === STANDARD_INPUT).length;
  if (spoken + (filesFrom === STANDARD_INPUT ? 1 : 0) > 1)
    throw new InputError('standard input is named twice', 'Name it once: one recording, or one list.');
  const listed = filesFrom === undefined ? [] : await listIn(filesFrom, stdin, signal);
  if (paths.length + listed.length === 0) throw nothingNamed(filesFrom);
  const files = paths.filter((one) => one !== STANDARD_INPUT);
  const named = [...files, ...(listed.length > 0 ? [folderAround(listed)] : [])];
  if (spoken === 0) return { paths: [...files, ...listed], named, release: () => Promise.resolve() };
  const folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const standardInput = path.join(folder, 'stdin');
  try {
    await pipeline(until(signal, stdin), createWriteStream(standardInput));
  } catch (error) {
    await release();
    signal?.throwIfAborted();
    throw writeError(standardInput, error);
  }
  return { paths: [...files, ...listed, standardInput], named, standardInput, release };
}

/**
 * What of this can be told without reading lists or sound: before a model is fetched that may be gigabytes.
 * @throws InputError when nothing is named, or what is named isn't there
 */
export async function checkNamed({ paths, filesFrom }: Inputs): Promise<void> {
  if (paths.length === 0 && filesFrom === undefined) throw nothingNamed(filesFrom);
  await refuseMissing([...paths, filesFrom ?? STANDARD_INPUT].filter((one) => one !== STANDARD_INPUT));
}

const nothingNamed = (filesFrom: string | undefined): InputError =>
  new InputError('no recording is named', 'Name files, folders or patterns, or a list with --files-from.', {
    ...(filesFrom === undefined || filesFrom === STANDARD_INPUT ? {} : { file: filesFrom }),
  });

const until = (signal: AbortSignal | undefined, stdin: Readable): Readable =>
  signal ? addAbortSignal(signal, stdin) : stdin;

async function listIn(file: string, stdin: Readable, signal?: AbortSignal): Promise<string[]> {
  const bytes =
    file === STANDARD_INPUT
      ? await buffer(until(signal, stdin)).catch((error: unknown) => {
          signal?.throwIfAborted();
          throw readError(file, error);
        })
      : await readFile(file).catch((error: unknown) => {
          throw readError(file, error);
        });
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const apart =
    bytes.includes(0) && !wide ? bytes.toString('utf8').split('\0') : decodeText(bytes, { file }).text.split(/\r?\n/);
  return apart.filter((name) => name !== '');
}

/** The innermost folder that all of them are in. */
function folderAround(files: readonly string[]): string {
  const parts = files.map((file) => path.resolve(path.dirname(file)).split(path.sep));
  const common = parts.reduce((shared, other) => {
    const differs = shared.findIndex((part, i) => part !== other[i]);
    return differs < 0 ? shared : shared.slice(0, differs);
  });
  return common.join(path.sep) || path.sep;
}
