import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, messageOf, WorkError } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import { removeLinksOut } from './links.ts';
import type { Task } from '../../support/progress.ts';
import type { GitRepository } from '../importers/packaged/terms.ts';

/**
 * Gets one commit of a git repository, without its history, into a folder. A commit's name is the hash of all that is
 * in it, so that what arrives is what source.yaml means. What is there already is kept.
 * @throws WorkError when git is missing, or the repository can't be reached or has no such commit
 */
export async function fetchRepository(
  { url, commit }: GitRepository,
  into: string,
  task: Task,
  signal?: AbortSignal,
): Promise<void> {
  const done = path.join(into, '.commit');
  if (existsSync(done) && (await readFile(done, 'utf8')) === commit) return;
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  task.note(`cloning ${url}`);
  const git = async (...args: string[]): Promise<void> => {
    await execa('git', ['-C', into, ...args], {
      // Nobody is there to be asked for a password; a URL may name programs to run.
      env: { GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:file' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
  };
  try {
    await git('init', '-q');
    await git('fetch', '-q', '--depth', '1', url, commit);
    await git('-c', 'advice.detachedHead=false', 'checkout', '-q', commit);
  } catch (error) {
    signal?.throwIfAborted();
    if (codeOf(error) === 'ENOENT')
      throw new WorkError('git is not installed', 'Install git: this corpus lies in a git repository.', {}, error);
    throw new WorkError(
      `commit ${commit.slice(0, 8)} of ${url} can’t be fetched: ${messageOf(error).split('\n').slice(0, 2).join(' ')}`,
      'Is the network there? The same command goes on later.',
      {},
      error,
    );
  }
  await rm(path.join(into, '.git'), { recursive: true, force: true });
  await removeLinksOut(into);
  await writeAtomic(done, commit);
}
