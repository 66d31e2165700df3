import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);

/** A part of a temporary name that tells who made it: `a1b2c3-4711-9f8e7d6c`. */
export const ownerTag = (): string => `${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`;

/**
 * Removes what processes of this machine that are no more left behind in a folder: names that begin with a dot and have
 * an `ownerTag`. What another machine is writing into a shared folder is left alone.
 */
export async function sweepLeftovers(folder: string): Promise<void> {
  const leftovers = await leftoversIn(folder);
  await Promise.all(leftovers.map((place) => rm(place, { recursive: true, force: true }).catch(() => {})));
}

/** What {@link sweepLeftovers} would remove. */
export async function leftoversIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(isLeftover).map((name) => path.join(folder, name));
}

/** Whether a process of this machine made it, by its name. */
export const isFromHere = (name: string): boolean => makerOf(name).host === HOST;

function isLeftover(name: string): boolean {
  const { host, pid } = makerOf(name);
  return host === HOST && pid !== process.pid && !isRunning(pid);
}

function makerOf(name: string): { host: string | undefined; pid: number } {
  const [, host, pid] = /^\..*\b([0-9a-f]{6})-(\d+)-[0-9a-f]{8}\b/.exec(name) ?? [];
  return { host, pid: Number(pid) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one that runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
