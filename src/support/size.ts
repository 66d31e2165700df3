import { InputError } from './errors.ts';

const BYTES = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/**
 * A size on disk, in bytes: `500MB`, `20GB`.
 * @throws InputError for what is none
 */
export function readSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text);
  if (!match) throw new InputError(`${text} is no size`, 'Write 500MB or 20GB.');
  return Number(match[1]) * BYTES[match[2]!.toLowerCase() as keyof typeof BYTES];
}

/** `20.0 GB`, `500.0 MB`. */
export const inBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
