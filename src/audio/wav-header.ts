import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './bytes-at.ts';

/** What a WAV says of itself before its samples. */
export interface WavHeader {
  /** 1 is PCM, 3 floats, 0xfffe what an extension says. */
  format: number;
  channels: number;
  rate: number;
  bits: number;
  bytesPerSecond: number;
  /** Where its samples begin. */
  dataAt: number;
  /** Bytes of samples by the header; undefined where it was written to a pipe and the header never learnt them. */
  claimed: number | undefined;
  /** Bytes of samples that are there. */
  there: number;
}

/** Chunks before the samples that are looked at: more than any recorder writes. */
const MOST_CHUNKS = 64;
/** From here on a length is a placeholder: sox writes 0x7ffff000, arecord 0x80000000, ffmpeg 0xffffffff. */
const PLACEHOLDER = 0x7fff0000;

/** RIFF chunks one after another, up to the samples: also those of RF64 and BW64. Nothing for what is no WAV. */
export async function readWavHeader(handle: FileHandle, size: number): Promise<WavHeader | undefined> {
  const head = await bytesAt(handle, 0, 12);
  const kind = head.toString('latin1', 0, 4);
  if (!['RIFF', 'RF64', 'BW64'].includes(kind) || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format: Buffer | undefined;
  let large: number | undefined;
  for (let at = 12, i = 0; i < MOST_CHUNKS; i++) {
    const chunk = await bytesAt(handle, at, 36);
    if (chunk.length < 8) return undefined;
    const id = chunk.toString('latin1', 0, 4);
    const length = chunk.readUInt32LE(4);
    if (id === 'ds64' && chunk.length >= 24) large = Number(chunk.readBigUInt64LE(16));
    if (id === 'fmt ' && chunk.length >= 24) format = chunk.subarray(8);
    if (id === 'data') return format && described(format, at + 8, length, large, size);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function described(format: Buffer, dataAt: number, length: number, large: number | undefined, size: number): WavHeader {
  const there = Math.max(0, size - dataAt);
  const said = length === 0xffffffff && large !== undefined ? large : length;
  const claimed = said === 0 || (said >= PLACEHOLDER && said > there) ? undefined : said;
  return {
    format: format.readUInt16LE(0),
    channels: format.readUInt16LE(2),
    rate: format.readUInt32LE(4),
    bytesPerSecond: format.readUInt32LE(8),
    bits: format.readUInt16LE(14),
    dataAt,
    claimed,
    there: claimed === undefined ? there : Math.min(there, claimed),
  };
}
