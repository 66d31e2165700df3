import { createHash } from 'node:crypto';
import { InputError } from '../../support/errors.ts';

/** One of several parts of a work, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** @param text `3/8`: the third of eight. @throws InputError for anything else */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new InputError(`--shard ${text} is no part of a whole`, 'Write 3/8 for the third of eight parts.');
}

/** By its name alone: which part a recording is in depends on no other, and not on when it is asked. */
export const inShard = (name: string, { index, count }: Shard): boolean =>
  createHash('sha256').update(name).digest().readUInt32BE(0) % count === index - 1;
