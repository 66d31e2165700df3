import { open, type FileHandle } from 'node:fs/promises';
import { InputError } from '../../support/errors.ts';
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
 * @throws InputError when it isn't there, can't be read, or a pointer lies in its place
 */
export async function withFile<Result>(file: string, use: (bytes: FileBytes) => Promise<Result>): Promise<Result> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw readError(file, error);
  });
  try {
    const { size } = await handle.stat();
    const bytes = { file, size, read: (at: number, length: number) => readPart(handle, { file, size }, at, length) };
    await refusePointer(bytes);
    return await use(bytes);
  } finally {
    await handle.close();
  }
}

const POINTER = 'version https://git-lfs.github.com/spec/';

/**
 * What a clone has in a large file's place where Git LFS is not set up.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
async function refusePointer(bytes: FileBytes): Promise<void> {
  const start = await bytes.read(0, Math.min(POINTER.length, bytes.size));
  if (start.toString('latin1') !== POINTER) return;
  throw new InputError(
    'this is not the file, but a pointer of Git LFS to it',
    'Get the file itself: git lfs pull, in the clone that it lies in (git lfs install comes first).',
    { file: bytes.file },
  );
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
