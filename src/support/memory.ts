import { totalmem } from 'node:os';

/** Bytes that this process may still take, as the machine or its container allows, with what it has already. */
export function memoryForUs(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(limit, process.availableMemory() + process.memoryUsage.rss());
}

/** `3.4 GiB` */
export const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
