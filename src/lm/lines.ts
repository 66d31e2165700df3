import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { readError, temporaryBeside, writeError } from '../support/files.ts';

const CHUNK_BYTES = 1 << 18;

/** Streams a text's lines, many at a time, without their line feeds; `first` is the 1-based number of the first of them. */
export async function* readLines(file: string): AsyncGenerator<{ lines: string[]; first: number }> {
  let [rest, first] = ['', 1];
  const chunks = createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })[Symbol.asyncIterator]() as AsyncIterator<string>;
  for (;;) {
    const { value, done } = await chunks.next().catch((error: unknown) => {
      throw readError(file, error);
    });
    if (done) break;
    const lines = (rest + (first === 1 && rest === '' ? value.replace(/^\uFEFF/, '') : value)).split('\n');
    rest = lines.pop()!;
    yield { lines, first };
    first += lines.length;
  }
  if (rest !== '') yield { lines: [rest], first };
}

/**
 * Writes text piece by piece, whole or not at all: what is too large to be one string.
 * @throws WorkError when the disk is full or the folder can't be written
 */
export async function writePieces(file: string, pieces: Iterable<string>): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    const handle = await open(temporary, 'w');
    try {
      let buffered = '';
      for (const piece of pieces) {
        buffered += piece;
        if (buffered.length < CHUNK_BYTES) continue;
        await handle.writeFile(buffered);
        buffered = '';
      }
      await handle.writeFile(buffered);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeError(file, error);
  }
}
