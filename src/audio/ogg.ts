import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './bytes-at.ts';

/** What an Ogg file's first and last pages say (RFC 3533). */
export interface OggPages {
  /** Logical streams that begin at its start: one is sound and nothing else. */
  streams: number;
  rate: number | undefined;
  /** By the last page that counts samples. */
  seconds: number | undefined;
  /** Whether its last page ends the stream; phones often leave that out. */
  ended: boolean;
  /** Whether its last page is not whole. */
  cutOff: boolean;
}

/** Opus counts in 48 kHz samples whatever was recorded (RFC 7845). */
const OPUS_RATE = 48000;
const [HEAD, TAIL] = [4096, 1 << 17];
const [BEGINS, ENDS] = [2, 4];
const PAGE_HEADER = 27;

export async function readOggPages(handle: FileHandle, size: number): Promise<OggPages | undefined> {
  const head = await bytesAt(handle, 0, Math.min(size, HEAD));
  if (head.toString('latin1', 0, 4) !== 'OggS') return undefined;
  const tail = await bytesAt(handle, Math.max(0, size - TAIL), Math.min(size, TAIL));
  const { rate, skipped } = soundOf(head);
  const granule = lastGranule(tail);
  const last = tail.lastIndexOf('OggS');
  return {
    streams: beginnings(head),
    rate,
    seconds: rate && granule !== undefined ? Math.max(0, granule - skipped) / rate : undefined,
    ended: last >= 0 && last + PAGE_HEADER <= tail.length && (tail[last + 5]! & ENDS) !== 0,
    cutOff: last >= 0 && last + pageLength(tail, last) > tail.length,
  };
}

/** Pages that begin a stream stand before all others. */
function beginnings(head: Buffer): number {
  let streams = 0;
  for (let page = 0; head.toString('latin1', page, page + 4) === 'OggS'; page += pageLength(head, page)) {
    if ((head[page + 5]! & BEGINS) === 0) break;
    streams++;
  }
  return streams;
}

/** Its header, a table of lengths and what they sum up to; more than there is where the table is cut off. */
function pageLength(bytes: Buffer, page: number): number {
  const segments = bytes[page + 26];
  if (segments === undefined) return PAGE_HEADER;
  let length = PAGE_HEADER + segments;
  for (let i = 0; i < segments; i++) length += bytes[page + PAGE_HEADER + i] ?? 0;
  return length;
}

function soundOf(head: Buffer): { rate: number | undefined; skipped: number } {
  const vorbis = head.indexOf('\x01vorbis', 0, 'latin1');
  if (vorbis >= 0 && vorbis + 16 <= head.length)
    return { rate: head.readUInt32LE(vorbis + 12) || undefined, skipped: 0 };
  const opus = head.indexOf('OpusHead', 0, 'latin1');
  if (opus >= 0 && opus + 12 <= head.length) return { rate: OPUS_RATE, skipped: head.readUInt16LE(opus + 10) };
  return { rate: undefined, skipped: 0 };
}

/**
 * Of the last page that has one: −1 stands on a page where no packet ends, and a file that is cut off ends in half a
 * header.
 */
function lastGranule(tail: Buffer): number | undefined {
  for (let page = tail.lastIndexOf('OggS'); page >= 0; page = page > 0 ? tail.lastIndexOf('OggS', page - 1) : -1) {
    if (page + 14 > tail.length) continue;
    const granule = tail.readBigInt64LE(page + 6);
    if (granule >= 0n) return Number(granule);
  }
  return undefined;
}
