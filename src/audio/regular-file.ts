import { stat } from 'node:fs/promises';
import { InputError } from '../support/errors.ts';
import { readError } from '../support/files.ts';

/**
 * A file that can be read to its end: no folder, no pipe that waits for ever, no device that never ends.
 * @returns bytes
 * @throws InputError for anything else, and for one that is empty or not there
 */
export async function sizeOfFile(file: string): Promise<number> {
  const info = await stat(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  if (info.isDirectory())
    throw new InputError('this is a folder, a recording is wanted', 'Name a file in it.', { file });
  if (!info.isFile())
    throw new InputError('this is a pipe or a device, a recording is wanted', 'Save it to a file first.', { file });
  if (info.size === 0)
    throw new InputError('it is empty (0 bytes)', 'Copy it from its source again, or remove it.', { file });
  return info.size;
}
