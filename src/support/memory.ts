import { totalmem } from 'node:os';

/** Bytes that this process may still take, as the machine or its container allows, with what it has already. */
export function memoryForUs(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(limit, process.availableMemory() + process.memoryUsage.rss());
}

const MIB = 1024 ** 2;

/** `3.4 GiB`, or `120 MiB` */
export const sizeInWords = (bytes: number): string =>
  bytes < 1000 * MIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / MIB / 1024).toFixed(1)} GiB`;
