import { run } from '@oclif/core';
import path from 'node:path';
import { vi } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * Runs the built command line in this process, in a folder: that saves the second in which another process starts.
 * @returns what it printed, and its exit code
 */
export async function inProcess(
  folder: string,
  ...args: string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const [place, before] = [process.cwd(), process.exitCode];
  process.chdir(folder);
  process.exitCode = 0;
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const printed = ({ mock }: typeof log): string => mock.calls.map(([line = '']) => `${line}\n`).join('');
  try {
    await run(args, ROOT);
    return { exitCode: process.exitCode, stdout: printed(log), stderr: printed(error) };
  } finally {
    process.chdir(place);
    process.exitCode = before;
    log.mockRestore();
    error.mockRestore();
  }
}
