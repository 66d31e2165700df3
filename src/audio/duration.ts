import { open } from 'node:fs/promises';
import path from 'node:path';
import { readOggPages } from './ogg.ts';
import { readWavHeader } from './wav-header.ts';

/** G.722 is 64 kbit/s: this many bytes a second, whatever the recording. */
const G722_BYTES_PER_SECOND = 8000;

/** Seconds in a recording by what its header says, without decoding; undefined for a format that it doesn't know. */
export async function durationOf(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    switch (path.extname(file).toLowerCase()) {
      case '.g722':
        return size / G722_BYTES_PER_SECOND;
      case '.wav': {
        const wav = await readWavHeader(handle, size);
        return wav && wav.bytesPerSecond > 0 ? wav.there / wav.bytesPerSecond : undefined;
      }
      case '.ogg':
      case '.opus':
        return (await readOggPages(handle, size))?.seconds;
      default:
        return undefined;
    }
  } finally {
    await handle.close();
  }
}
