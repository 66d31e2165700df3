import { closeSync, openSync, readSync } from 'node:fs';

/** The first characters of a file, to tell by them what it is. */
export function startOfFile(file: string, bytes = 4096): string {
  const buffer = Buffer.alloc(bytes);
  const handle = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, bytes, 0));
  } finally {
    closeSync(handle);
  }
}
