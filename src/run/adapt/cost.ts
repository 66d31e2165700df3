import { nameOf } from '../../recipe/trainable-part.ts';
import type { Recipe } from '../../recipe/schema.ts';

/** How long a training takes, as far as that can be said from others of its kind. */
export interface Cost {
  /** What learns in its last stage: a step costs about the same where that is the same. */
  kind: string;
  /** Epochs of all stages, each as often as recordings are heard. */
  passes: number;
}

export function costOf({ stages, train, training }: Recipe): Cost {
  const epochs = stages?.reduce((sum, stage) => sum + stage.epochs, 0) ?? training.epochs;
  return { kind: nameOf(stages?.at(-1)?.train ?? train), passes: epochs * training.speeds.length };
}

/** Seconds that a training is likely to take, by those that were timed; 0 where none was of its kind. */
export function expectedSeconds(cost: Cost, timed: readonly (Cost & { seconds: number })[]): number {
  const alike = timed.filter(({ kind }) => kind === cost.kind);
  const passes = alike.reduce((sum, other) => sum + other.passes, 0);
  return passes === 0 ? 0 : (cost.passes * alike.reduce((sum, { seconds }) => sum + seconds, 0)) / passes;
}
