import { execa, ExecaError } from 'execa';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf, messageOf, WorkError } from '../../support/errors.ts';
import { sha256File, writeAtomic, writeError } from '../../support/files.ts';
import type { Task } from '../../support/progress.ts';
import { unpackDeb } from './deb.ts';
import type { DebianPackage } from '../importers/packaged/terms.ts';

/**
 * Gets a Debian package without root and unpacks it below `into`. What is there and right is kept; a download that was
 * cut off goes on where it stopped.
 * @throws WorkError when it can't be reached, is no longer offered, or is not the file that source.yaml names
 */
export async function fetchPackage(
  wanted: DebianPackage,
  into: string,
  task: Task,
  signal?: AbortSignal,
): Promise<void> {
  const done = path.join(into, `.${wanted.name}.unpacked`);
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted.sha256) return;
  await mkdir(into, { recursive: true });
  // The name has the checksum in it, so that what is left of another version is never gone on with.
  const file = path.join(into, `${wanted.name}-${wanted.sha256.slice(0, 8)}.deb`);
  if (!(await isRight(file, wanted))) {
    task.note(`downloading ${wanted.name}`);
    await download(wanted, file, signal);
  }
  await unpackDeb(file, into);
  // In this order: cut off in between, the download is not done anew.
  await writeAtomic(done, wanted.sha256);
  await rm(file);
}

async function isRight(file: string, wanted: DebianPackage): Promise<boolean> {
  return existsSync(file) && (await sha256File(file)) === wanted.sha256;
}

async function download(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const problems: string[] = [];
  for (const [place, get] of [
    ['apt', downloadByApt],
    [wanted.url, downloadByHttp],
  ] as const) {
    try {
      await get(wanted, file, signal);
      if (await isRight(file, wanted)) return;
      await rm(file, { force: true });
      problems.push(`${place}: not the file that was pinned (sha256 differs)`);
    } catch (error) {
      signal?.throwIfAborted();
      if (codeOf(error) === 'ENOSPC') throw writeError(file, error);
      problems.push(`${place}: ${reasonOf(error)}`);
    }
  }
  throw new WorkError(
    `can't get the package ${wanted.name} ${wanted.version}: ${problems.join('; ')}`,
    'Check the network (and `apt-get update` on Debian), then run the same command again: what is there is kept.',
  );
}

async function downloadByApt(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const folder = `${file}.apt`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const get = () =>
    execa('apt-get', ['download', `${wanted.name}=${wanted.version}`], {
      cwd: folder,
      env: { LC_ALL: 'C' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
  try {
    await get().catch(async (error: unknown) => {
      // A fresh machine has no package lists yet. Without root this fails, and then the first problem is the one to
      // tell.
      if (!isNoSuchCommand(error))
        await execa('apt-get', ['update'], signal ? { cancelSignal: signal } : {}).catch(() => {
          throw error;
        });
      await get();
    });
    const [name] = await readdir(folder);
    if (!name) throw new Error('nothing was downloaded');
    await rename(path.join(folder, name), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Goes on from the bytes that an earlier try left in `<file>.partial`; from the start when they prove wrong. */
async function downloadByHttp(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const partial = `${file}.partial`;
  const have = await stat(partial).then(
    (info) => info.size,
    () => 0,
  );
  const response = await fetch(wanted.url, {
    headers: have ? { range: `bytes=${have}-` } : {},
    signal,
  });
  // An answer that nobody reads would keep the connection, and with it the process.
  if (!response.ok) await response.body?.cancel();
  // "Range not satisfiable": all bytes were there already when the earlier try was cut off.
  if (response.status !== 416) {
    if (response.status === 404) throw new Error(`version ${wanted.version} is no longer offered there (HTTP 404)`);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    await pipeline(
      Readable.from(response.body),
      createWriteStream(partial, { flags: response.status === 206 ? 'a' : 'w' }),
    );
  }
  await rename(partial, file);
  if (have > 0 && !(await isRight(file, wanted))) {
    await rm(file);
    await downloadByHttp(wanted, file, signal);
  }
}

const isNoSuchCommand = (error: unknown): boolean => error instanceof ExecaError && error.code === 'ENOENT';

/** In a few words: what apt printed, or what lies behind the "fetch failed" of `fetch`. */
function reasonOf(error: unknown): string {
  if (isNoSuchCommand(error)) return 'not on this machine';
  if (error instanceof ExecaError) {
    const said = String(error.stderr)
      .split('\n')
      .filter((line) => line.startsWith('E: '))
      .map((line) => line.slice(3));
    const gone = said.find((line) => /^(Version|Unable to locate package)/.test(line));
    return gone ? `${gone} (it is not, or no longer, offered)` : (said[0] ?? error.shortMessage);
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? `${messageOf(error)}: ${cause.message || codeOf(cause)}` : messageOf(error);
}
