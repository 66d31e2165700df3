import { readChunks, writeAtomic } from '../support/files.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * Streams a text's lines, many at a time, without their line feeds; `first` is the 1-based number of the first of them.
 */
export async function* readLines(file: string): AsyncGenerator<{ lines: string[]; first: number }> {
  let [rest, first] = ['', 1];
  for await (const chunk of readChunks(file)) {
    const lines = (rest + chunk).split('\n');
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
  await writeAtomic(file, inChunks(pieces));
}

/** Small pieces joined, so that each is worth a write. */
function* inChunks(pieces: Iterable<string>): Generator<string> {
  let buffered = '';
  for (const piece of pieces) {
    buffered += piece;
    if (buffered.length < CHUNK_BYTES) continue;
    yield buffered;
    buffered = '';
  }
  yield buffered;
}
