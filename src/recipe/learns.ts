import type { Recipe } from './schema.ts';

/** What a training lets learn. */
export type Learns = Recipe['train'];

/** How much of the encoder learns, in blocks: later stages must not freeze again what an earlier one has changed. */
export function breadthOf(learns: Learns): number {
  if (typeof learns === 'object') return learns.top;
  return learns === 'head' ? 0 : Infinity;
}

export function nameOf(learns: Learns): string {
  return typeof learns === 'string' ? learns : `top ${learns.top}`;
}
