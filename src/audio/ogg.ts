import { open } from 'node:fs/promises';

const TAIL = 1 << 17;
const END_OF_STREAM = 4;

/**
 * Whether a file that is Ogg by its name ends before its stream does: its last page must carry the end-of-stream flag (RFC 3533). ffmpeg plays
 * what there is without a word.
 */
export async function oggIsCutOff(file: string): Promise<boolean> {
  if (!/\.(ogg|oga|opus)$/i.test(file)) return false;
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const page = tail.lastIndexOf('OggS');
    return page >= 0 && (tail[page + 5]! & END_OF_STREAM) === 0;
  } finally {
    await handle.close();
  }
}
