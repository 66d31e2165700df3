import { open, type FileHandle } from 'node:fs/promises';
import { readError } from '../../support/files.ts';
import { damaged } from './stored-tensor.ts';

/** A file that is read here and there, never beyond its end. */
export interface FileBytes {
  readonly file: string;
  readonly size: number;
  /** @throws InputError when so many bytes are not there: nothing is allocated for them */
  read(offset: number, length: number): Promise<Buffer>;
}

/**
 * Opens a file for reading parts of it.
 * @throws InputError when it isn't there or can't be read
 */
export async function withFile<Result>(file: string, use: (bytes: FileBytes) => Promise<Result>): Promise<Result> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw readError(file, error);
  });
  try {
    const { size } = await handle.stat();
    return await use({ file, size, read: (offset, length) => readPart(handle, { file, size }, offset, length) });
  } finally {
    await handle.close();
  }
}

async function readPart(
  handle: FileHandle,
  { file, size }: { file: string; size: number },
  offset: number,
  length: number,
): Promise<Buffer> {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw damaged(file, 'the file ends too early');
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done).catch((error: unknown) => {
      throw readError(file, error);
    });
    if (bytesRead === 0) throw damaged(file, 'the file ends too early');
    done += bytesRead;
  }
  return buffer;
}
