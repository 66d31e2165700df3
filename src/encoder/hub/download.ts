import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReadableStream } from 'node:stream/web';
import { codeOf, InputError, IsoglossError, messageOf, WorkError } from '../../support/errors.ts';
import { sha256, writeError } from '../../support/files.ts';
import { inTurn } from '../../support/lock.ts';
import { silent, type Progress, type Task } from '../../support/progress.ts';
import { blobFile, putIntoSnapshot, snapshotFile } from './cache.ts';
import { refusal } from './refusal.ts';
import type { Repository } from './repository.ts';
import { ask, pause, Unreachable } from './request.ts';
import { endpoint } from './settings.ts';

export interface DownloadOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** How often in a row a download may break off without anything having come. */
const MOST_CUTS = 5;

/**
 * Gets a file of a repository into the cache, if it isn't there. It is streamed to disk, goes on where an earlier try
 * was cut off, and gets its name only when its checksum is right.
 * @returns its path
 * @throws InputError when the Hub refuses, WorkError when it breaks off too often or sends something else
 */
export async function fetchFile(repository: Repository, name: string, options: DownloadOptions = {}): Promise<string> {
  const file = snapshotFile(repository.id, repository.commit, name);
  if (existsSync(file)) return file;
  const wanted = await describe(repository, name, options.signal).catch((error: unknown) => {
    throw error instanceof Unreachable ? error.of(`${name} of ${repository.id}`) : error;
  });
  const blob = blobFile(repository.id, wanted.checksum ?? sha256(wanted.etag));
  if (!existsSync(blob)) {
    await mkdir(path.dirname(blob), { recursive: true });
    // Whoever has waited for another process finds it there.
    const unlessThere = async (): Promise<void> => {
      if (!existsSync(blob)) await download(wanted, blob, options);
    };
    await inTurn(`${blob}.in-use`, 'download', unlessThere, options.signal);
  }
  await putIntoSnapshot(blob, file);
  return file;
}

/** What the Hub says of a file before sending it. */
interface Wanted {
  id: string;
  name: string;
  revision: string;
  url: string;
  etag: string;
  /** SHA-256 of large files; of small ones, git's SHA-1; absent where a server names files otherwise. */
  checksum: string | undefined;
  bytes: number | undefined;
}

async function describe({ id, commit }: Repository, name: string, signal: AbortSignal | undefined): Promise<Wanted> {
  const url = `${endpoint()}/${id}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`;
  const response = await ask(url, { method: 'HEAD', signal });
  if (response.status >= 400) throw await refusal(response, { id, revision: commit, file: name });
  // Of a file that is stored elsewhere, the Hub's own headers describe the pointer, and the linked ones the file.
  const linked = response.headers.get('x-linked-etag');
  const etag = (linked ?? response.headers.get('etag'))?.replace(/^W\//, '').replaceAll('"', '');
  if (!etag)
    throw new InputError(
      `${new URL(url).host} doesn't answer as a Hub does: ${name} has no checksum`,
      'Check HF_ENDPOINT.',
    );
  const size =
    response.headers.get('x-linked-size') ?? (response.status < 300 ? response.headers.get('content-length') : null);
  return {
    id,
    name,
    revision: commit,
    url,
    etag,
    checksum: isChecksum(etag) ? etag : undefined,
    bytes: size === null ? undefined : Number(size),
  };
}

const isChecksum = (etag: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag);

async function download(wanted: Wanted, blob: string, { progress = silent, signal }: DownloadOptions): Promise<void> {
  // The checksum in its name: what is left of another version is never gone on with.
  const partial = `${blob}.partial`;
  // What takes a moment needs no line of its own.
  const shown = wanted.bytes === undefined || wanted.bytes > 1e6 ? progress : silent;
  const task = shown(
    `download ${path.basename(wanted.name)}`,
    wanted.bytes === undefined ? undefined : Math.ceil(wanted.bytes / 1e6),
    'MB',
  );
  for (let round = 1; ; round++) {
    await receive(wanted, partial, task, signal);
    if (await isRight(partial, wanted)) break;
    await rm(partial, { force: true });
    if (round === 2)
      throw new WorkError(
        `${wanted.name} of ${wanted.id} came damaged twice: its checksum is not the one that the Hub gives`,
        'Try again later, or over another network; a proxy may change what passes it.',
      );
    task.note('came damaged: once more');
  }
  await rename(partial, blob);
  task.done();
}

/** Receives until all is there, going on from what is there wherever it breaks off. */
async function receive(wanted: Wanted, partial: string, task: Task, signal: AbortSignal | undefined): Promise<void> {
  let have = await sizeOf(partial);
  if (have > 0 && have === wanted.bytes) return;
  for (let cuts = 0; ;) {
    const before = have;
    const failure = await receiveOnce(wanted, partial, have, task, signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    have = await sizeOf(partial);
    if (failure === undefined && (wanted.bytes === undefined || have >= wanted.bytes)) return;
    signal?.throwIfAborted();
    if (codeOf(failure) === 'ENOSPC') throw writeError(partial, failure);
    if (failure instanceof IsoglossError && !(failure instanceof Unreachable)) throw failure;
    cuts = have > before ? 1 : cuts + 1;
    if (cuts === MOST_CUTS)
      throw new WorkError(
        `the download of ${wanted.name} broke off: ${failure === undefined ? 'too few bytes came' : reasonOf(failure)}`,
        'Run the same command again: it goes on from where it is.',
        {},
        failure,
      );
    task.note('broken off: going on');
    await pause(0.15 * 2 ** cuts, signal);
  }
}

async function receiveOnce(
  { id, revision, name, url, bytes }: Wanted,
  partial: string,
  have: number,
  task: Task,
  signal: AbortSignal | undefined,
): Promise<void> {
  const response = await ask(url, {
    headers: have > 0 ? { range: `bytes=${have}-` } : {},
    signal,
    note: (text) => task.note(text),
  });
  if (response.status === 416) {
    await response.body?.cancel();
    // Where nobody knows how much there is, it may be here already: the checksum tells. Else more is here than there
    // is.
    if (bytes !== undefined) await rm(partial, { force: true });
    return;
  }
  if (!response.ok || !response.body) throw await refusal(response, { id, revision, file: name });
  // A server that can't go on sends all of it again.
  const goesOn = response.status === 206 && (response.headers.get('content-range') ?? '').startsWith(`bytes ${have}-`);
  const handle = await open(partial, goesOn ? 'a' : 'w');
  try {
    for await (const chunk of counted(response.body as ReadableStream<Uint8Array>, goesOn ? have : 0, task))
      await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}

/** Tells of every megabyte that passes. */
async function* counted(body: ReadableStream<Uint8Array>, from: number, task: Task): AsyncGenerator<Uint8Array> {
  let [bytes, told] = [from, 0];
  for await (const chunk of body) {
    bytes += chunk.length;
    const whole = Math.floor(bytes / 1e6);
    if (whole > told) task.advance(whole - told);
    told = Math.max(told, whole);
    yield chunk;
  }
}

/** Large files have their SHA-256 as name on the Hub; small ones the SHA-1 of git: of "blob SIZE\0" and the content. */
async function isRight(file: string, { checksum, bytes }: Pick<Wanted, 'checksum' | 'bytes'>): Promise<boolean> {
  const size = await sizeOf(file);
  if (bytes !== undefined && size !== bytes) return false;
  if (checksum === undefined) return true;
  const hash = createHash(checksum.length === 64 ? 'sha256' : 'sha1');
  if (checksum.length === 40) hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex') === checksum;
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    (info) => info.size,
    () => 0,
  );

function reasonOf(error: unknown): string {
  if (error instanceof IsoglossError) return error.message;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : messageOf(error);
}
