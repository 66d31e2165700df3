import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './bytes-at.ts';

/** What a FLAC's STREAMINFO says (RFC 9639, 8.2). */
export interface FlacInfo {
  rate: number;
  /** Undefined where whoever wrote it didn't know. */
  seconds: number | undefined;
}

export async function readFlacInfo(handle: FileHandle): Promise<FlacInfo | undefined> {
  const head = await bytesAt(handle, 0, 26);
  if (head.length < 26 || head.toString('latin1', 0, 4) !== 'fLaC') return undefined;
  const rate = head.readUIntBE(18, 3) >> 4;
  const samples = (head[21]! & 15) * 2 ** 32 + head.readUInt32BE(22);
  return { rate, seconds: rate > 0 && samples > 0 ? samples / rate : undefined };
}
