import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, WorkError } from './errors.ts';
import { temporaryBeside, writeError } from './files.ts';

/** Who works in a folder. */
interface Owner {
  pid: number;
  host: string;
  /**
   * When that process began, in the system's own clock ticks, where the system tells: a later process may get the same
   * pid.
   */
  began?: string;
  since: string;
}

/** Another process works there now. */
export class InUseError extends WorkError {}

const FILE = 'in-use.json';
const TOUCH_MS = 20_000;
/** Whoever waits for another looks so often. */
const LOOK_MS = 300;
/** A process on another machine can't be looked at: it counts as gone when it hasn't touched its file for so long. */
const SILENT_MS = 5 * 60_000;

/** What is said of the other process, by what is at work. */
const AT_WORK = {
  run: 'this run is at work already',
  corpus: 'this corpus is being fetched already',
  transcripts: 'recordings are being transcribed here already',
  download: 'it is being downloaded already',
};

/**
 * Works in a folder that no other process may write to meanwhile. What a killed process left behind is taken over.
 * @throws InUseError naming the other process, if there is one
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, kind: 'run' | 'corpus' = 'run'): Promise<T> {
  const release = await takeLock(path.join(folder, FILE), kind);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * The same for work that is no single function, by a lock file of any name.
 * @returns what gives it free
 * @throws InUseError naming the other process, if there is one
 */
export async function takeLock(file: string, kind: keyof typeof AT_WORK): Promise<() => Promise<void>> {
  await take(kind, file, {
    pid: process.pid,
    host: hostname(),
    ...beginning(process.pid),
    since: new Date().toISOString(),
  });
  const touching = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_MS).unref();
  return async () => {
    clearInterval(touching);
    await rm(file, { force: true });
  };
}

/**
 * Works when no other process does, by a lock file of any name: waits for whoever is at it.
 * @throws the signal's reason when it is aborted
 */
export async function inTurn(
  file: string,
  kind: keyof typeof AT_WORK,
  work: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (;;) {
    const release = await takeLock(file, kind).catch((error: unknown) => {
      if (!(error instanceof InUseError)) throw error;
    });
    if (release) return work().finally(release);
    await sleep(LOOK_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Whether a process works in a folder now. */
export async function isInUse(folder: string): Promise<boolean> {
  const file = path.join(folder, FILE);
  const found = await readFile(file, 'utf8').catch(() => undefined);
  return found !== undefined && isAtWork(file, ownerIn(found));
}

async function take(kind: keyof typeof AT_WORK, file: string, me: Owner): Promise<void> {
  // Once more after a stale file is out of the way; by then somebody else may have been quicker.
  for (const last of [false, true]) {
    try {
      return await writeFile(file, `${JSON.stringify(me)}\n`, { flag: 'wx' });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw writeError(file, error);
    }
    const found = await readFile(file, 'utf8').catch(() => '');
    const owner = ownerIn(found);
    if (last || (await isAtWork(file, owner))) throw inUse(kind, file, owner);
    await moveAway(file, found);
  }
}

function inUse(kind: keyof typeof AT_WORK, file: string, owner: Owner | undefined): InUseError {
  const who = owner ? `process ${owner.pid} on ${owner.host}, since ${owner.since}` : 'another process';
  return new InUseError(
    `${AT_WORK[kind]}: ${who}`,
    `Wait for it, or stop it. If there is no such process, delete ${path.basename(file)}.`,
    { file: path.dirname(file) },
  );
}

function ownerIn(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Cut off while it was written: its age decides.
    return undefined;
  }
}

async function isAtWork(file: string, owner: Owner | undefined): Promise<boolean> {
  if (owner?.host === hostname())
    return isAlive(owner.pid) && (owner.began ?? '') === (beginning(owner.pid).began ?? '');
  const touched = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return Date.now() - touched < SILENT_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There, but somebody else's.
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Field 22 of Linux's `stat`; the name before may hold spaces and brackets. A process that only waits to be buried
 * never began.
 */
function beginning(pid: number): Pick<Owner, 'began'> {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { began: fields[0] === 'Z' ? 'gone' : fields[19]! };
  } catch {
    return {};
  }
}

/** Where two find the same stale file, the second must not move away what the first has put in its place. */
async function moveAway(file: string, stale: string): Promise<void> {
  const aside = temporaryBeside(file);
  await rename(file, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => stale);
  if (moved === stale) await rm(aside, { force: true });
  else await rename(aside, file);
}
