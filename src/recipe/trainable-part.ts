import type { Recipe } from './schema.ts';

/** What a training lets learn. */
export type TrainablePart = Recipe['train'];

/** How much of the encoder learns, in blocks: later stages must not freeze again what an earlier one has changed. */
export function breadthOf(trainable: TrainablePart): number {
  if (typeof trainable === 'object') return trainable.top;
  return trainable === 'head' ? 0 : Infinity;
}

export function nameOf(trainable: TrainablePart): string {
  return typeof trainable === 'string' ? trainable : `top ${trainable.top}`;
}
