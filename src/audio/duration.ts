import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** G.722 is 64 kbit/s: this many bytes a second, whatever the recording. */
const G722_BYTES_PER_SECOND = 8000;
/** Opus counts in 48 kHz samples whatever was recorded (RFC 7845). */
const OPUS_RATE = 48000;
const [HEAD, TAIL] = [4096, 1 << 17];

/** Seconds in a recording by what its header says, without decoding; undefined for a format that it doesn't know. */
export async function durationOf(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    switch (path.extname(file).toLowerCase()) {
      case '.g722':
        return size / G722_BYTES_PER_SECOND;
      case '.wav':
        return wavSeconds(await bytesAt(handle, 0, Math.min(size, HEAD)), size);
      case '.ogg':
      case '.opus':
        return oggSeconds(
          await bytesAt(handle, 0, Math.min(size, HEAD)),
          await bytesAt(handle, Math.max(0, size - TAIL), Math.min(size, TAIL)),
        );
      default:
        return undefined;
    }
  } finally {
    await handle.close();
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** RIFF chunks one after another: `fmt ` has the bytes a second, `data` the bytes (fewer when the file is cut off). */
function wavSeconds(head: Buffer, size: number): number | undefined {
  if (head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  let bytesPerSecond = 0;
  for (let offset = 12; offset + 8 <= head.length;) {
    const id = head.toString('latin1', offset, offset + 4);
    const length = head.readUInt32LE(offset + 4);
    if (id === 'fmt ' && offset + 20 <= head.length) bytesPerSecond = head.readUInt32LE(offset + 16);
    if (id === 'data') return bytesPerSecond > 0 ? Math.min(length, size - offset - 8) / bytesPerSecond : undefined;
    offset += 8 + length + (length % 2);
  }
  return undefined;
}

/** The last page's granule position counts the samples of the whole stream (RFC 3533). */
function oggSeconds(head: Buffer, tail: Buffer): number | undefined {
  const samples = lastGranule(tail);
  if (samples === undefined) return undefined;
  const vorbis = head.indexOf('\x01vorbis', 0, 'latin1');
  if (vorbis >= 0 && vorbis + 16 <= head.length) {
    const rate = head.readUInt32LE(vorbis + 12);
    return rate > 0 ? samples / rate : undefined;
  }
  const opus = head.indexOf('OpusHead', 0, 'latin1');
  if (opus >= 0 && opus + 12 <= head.length) return Math.max(0, samples - head.readUInt16LE(opus + 10)) / OPUS_RATE;
  return undefined;
}

/** Of the last page that has one: −1 stands on a page where no packet ends, and a file that is cut off ends in half a header. */
function lastGranule(tail: Buffer): number | undefined {
  for (let page = tail.lastIndexOf('OggS'); page >= 0; page = page > 0 ? tail.lastIndexOf('OggS', page - 1) : -1) {
    if (page + 14 > tail.length) continue;
    const granule = tail.readBigInt64LE(page + 6);
    if (granule >= 0n) return Number(granule);
  }
  return undefined;
}
