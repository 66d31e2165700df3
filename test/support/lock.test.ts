import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkError } from '../../src/support/errors.ts';
import { withLock } from '../../src/support/lock.ts';

const freshFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'lock-'));
const fileIn = (folder: string): string => path.join(folder, 'in-use.json');

describe('a folder that one process works in', () => {
  it('is refused to others by the name of who is at it, and free afterwards, also after a failure', async () => {
    const folder = await freshFolder();
    await withLock(folder, async () => {
      await expect(withLock(folder, () => Promise.resolve())).rejects.toThrow(
        new RegExp(`process ${process.pid} on ${hostname()}`),
      );
    });
    await expect(withLock(folder, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(existsSync(fileIn(folder))).toBe(false);
    expect(await withLock(folder, () => Promise.resolve('done'))).toBe('done');
  });

  it('is refused while another process lives, and taken over as soon as it is killed', async () => {
    const folder = await freshFolder();
    const other = execa(
      'npx',
      [
        'tsx',
        '--eval',
        `import('./src/support/lock.ts').then(({ withLock }) => withLock(${JSON.stringify(folder)}, () => { console.log('at work'); return new Promise((done) => setTimeout(done, 60000)); }))`,
      ],
      { reject: false },
    );
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const { pid } = JSON.parse(await readFile(fileIn(folder), 'utf8')) as { pid: number };
    const error = await withLock(folder, () => Promise.resolve()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WorkError);
    expect((error as WorkError).message).toContain(`process ${pid}`);
    process.kill(pid, 'SIGKILL');
    await other;
    expect(await withLock(folder, () => Promise.resolve('taken over'))).toBe('taken over');
  });

  it('is taken over where the process has the pid of an earlier one, or the file was cut off', async () => {
    const folder = await freshFolder();
    await writeFile(
      fileIn(folder),
      JSON.stringify({ pid: process.pid, host: hostname(), began: 'long ago', since: '' }),
    );
    expect(await withLock(folder, () => Promise.resolve(1))).toBe(1);
    await writeFile(fileIn(folder), '{"pi');
    await expect(withLock(folder, () => Promise.resolve(2))).rejects.toThrow('another process');
    await utimes(fileIn(folder), 0, 0);
    expect(await withLock(folder, () => Promise.resolve(2))).toBe(2);
  });

  it('is left to a process on another machine as long as that one shows itself', async () => {
    const folder = await freshFolder();
    await writeFile(fileIn(folder), JSON.stringify({ pid: 1, host: 'elsewhere', since: '2026-01-01' }));
    await expect(withLock(folder, () => Promise.resolve())).rejects.toThrow('process 1 on elsewhere, since 2026-01-01');
    await utimes(fileIn(folder), new Date(Date.now() - 6 * 60_000), new Date(Date.now() - 6 * 60_000));
    expect(await withLock(folder, () => Promise.resolve('later'))).toBe('later');
  });

  it('is had by one only of many that find a stale file at the same moment', async () => {
    const folder = await freshFolder();
    await writeFile(fileIn(folder), JSON.stringify({ pid: 2 ** 30, host: hostname(), since: '' }));
    let inside = 0;
    const tries = Array.from({ length: 20 }, () =>
      withLock(folder, async () => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 200));
        inside--;
      }),
    );
    const settled = await Promise.allSettled(tries);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
