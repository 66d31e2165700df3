import { stat } from 'node:fs/promises';
import { readError, sha256File } from '../../support/files.ts';

/** Which contents a file had: its size and when it was changed last, and a hash of what was in it. */
export interface Identity {
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
  sha256?: string | undefined;
}

/** What can be told of a file without reading it. @throws InputError when it is not there */
export async function identityOf(file: string): Promise<Identity> {
  const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  return { bytes: size, modified: Math.floor(mtimeMs) };
}

/** The same with the contents' hash. */
export async function contentsOf(file: string): Promise<Identity> {
  return { ...(await identityOf(file)), sha256: await sha256File(file) };
}

/** Copies of an archive have other times: then it is the contents that count, where they are known of both. */
export const sameInput = (known: Identity, now: Identity): boolean =>
  known.bytes === now.bytes &&
  (known.modified === now.modified || (now.sha256 !== undefined && known.sha256 === now.sha256));
