import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, WorkError } from '../support/errors.ts';
import { sha256File, writeAtomic } from '../support/files.ts';
import type { Task } from '../support/progress.ts';
import type { DebianPackage } from './source.ts';

/**
 * Gets a Debian package without root and unpacks it below `into`. What is there and right is kept; a download that was
 * cut off goes on where it stopped.
 * @throws WorkError when it can't be reached, or is not the file that source.yaml names
 */
export async function fetchPackage(wanted: DebianPackage, into: string, task: Task, signal?: AbortSignal): Promise<void> {
  const done = path.join(into, `.${wanted.name}.unpacked`);
  if (existsSync(done)) return;
  await mkdir(into, { recursive: true });
  const file = path.join(into, `${wanted.name}.deb`);
  if (!(await isRight(file, wanted))) {
    task.note(`downloading ${wanted.name}`);
    await download(wanted, file, signal);
  }
  await unpack(file, into);
  await rm(file);
  await writeAtomic(done, wanted.sha256);
}

async function isRight(file: string, wanted: DebianPackage): Promise<boolean> {
  return existsSync(file) && (await sha256File(file)) === wanted.sha256;
}

async function download(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const problems: string[] = [];
  for (const way of [downloadByApt, downloadByHttp]) {
    try {
      await way(wanted, file, signal);
      if (await isRight(file, wanted)) return;
      await rm(file, { force: true });
      problems.push(`${way === downloadByApt ? 'apt' : wanted.url}: not the file that was pinned (sha256 differs)`);
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(`${way === downloadByApt ? 'apt' : wanted.url}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new WorkError(`can't get the package ${wanted.name} ${wanted.version}: ${problems.join('; ')}`, 'Check the network (and `apt-get update` on Debian), then run the same command again: what is there is kept.');
}

async function downloadByApt(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const folder = `${file}.apt`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const get = () => execa('apt-get', ['download', `${wanted.name}=${wanted.version}`], { cwd: folder, ...(signal ? { cancelSignal: signal } : {}) });
  try {
    // A fresh machine has no package lists yet; without root this fails, and the plain download is tried.
    await get().catch(async () => {
      await execa('apt-get', ['update']);
      await get();
    });
    const [name] = await readdir(folder);
    await rename(path.join(folder, name!), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Goes on from the bytes that an earlier try left in `<file>.partial`. */
async function downloadByHttp(wanted: DebianPackage, file: string, signal?: AbortSignal): Promise<void> {
  const partial = `${file}.partial`;
  const have = await stat(partial).then((s) => s.size, () => 0);
  const response = await fetch(wanted.url, { headers: have ? { range: `bytes=${have}-` } : {}, ...(signal ? { signal } : {}) });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const handle = await open(partial, response.status === 206 ? 'a' : 'w');
  try {
    for await (const chunk of response.body) await handle.write(chunk as Uint8Array);
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** A .deb is an `ar` archive; its data.tar.* is what gets installed. */
async function unpack(file: string, into: string): Promise<void> {
  const archive = await readFile(file);
  for (let offset = 8; offset + 60 <= archive.length; ) {
    const header = archive.toString('latin1', offset, offset + 60);
    const size = Number(header.slice(48, 58));
    const start = offset + 60;
    if (header.startsWith('data.tar')) {
      const tar = path.join(into, header.slice(0, 16).trim().replace('/', ''));
      await writeAtomic(tar, archive.subarray(start, start + size));
      try {
        await execa('tar', ['-xf', path.basename(tar)], { cwd: into });
      } catch (error) {
        throw new WorkError(`can't unpack ${path.basename(file)}: ${messageOf(error).split('\n')[0]}`, 'tar with xz is needed (Debian: apt-get install tar xz-utils).', { file: tar }, error);
      }
      await rm(tar);
      return;
    }
    offset = start + size + (size % 2);
  }
  throw new WorkError('not a Debian package', 'Delete the file and run the same command again.', { file });
}
