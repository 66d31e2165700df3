import { run } from '@oclif/core';
import path from 'node:path';
import { vi } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * Runs the built command line in this process, which saves the second in which another one starts.
 * @returns what it printed, and its exit code
 */
export async function inProcess(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const before = process.exitCode;
  process.exitCode = 0;
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const printed = ({ mock }: typeof log): string => mock.calls.map(([line = '']) => `${line}\n`).join('');
  try {
    await run(args, ROOT);
    return { exitCode: process.exitCode, stdout: printed(log), stderr: printed(error) };
  } finally {
    process.exitCode = before;
    log.mockRestore();
    error.mockRestore();
  }
}
