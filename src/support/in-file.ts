import { InputError, IsoglossError, messageOf } from './errors.ts';

/**
 * Does work with what stands in a file. What goes wrong and names no file is told as this file's: libraries that read
 * bytes don't know where these come from.
 * @param next what to do then
 * @example const json = await inFile(file, 'Copy it again.', () => JSON.parse(text) as unknown);
 */
export async function inFile<T>(file: string, next: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IsoglossError))
      throw new InputError(`it can’t be used: ${messageOf(error).split('\n')[0]}`, next, { file }, error);
    if (error instanceof InputError && error.place.file === undefined)
      throw new InputError(error.message, error.next, { ...error.place, file }, error);
    throw error;
  }
}
