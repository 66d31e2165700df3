import { activations, elementwise } from './elementwise.ts';
import { matmuls } from './matmul.ts';
import { movement } from './movement.ts';
import { normalisation } from './normalisation.ts';
import { convolution } from './convolution.ts';
import { reduction } from './reduction.ts';
import { selection } from './selection.ts';
import type { GradientRule } from './rule.ts';

export type { GradientContext, GradientRule } from './rule.ts';

/** Operator → how its gradient is built. An op and its local gradient: one entry, one family a file. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  ...elementwise,
  ...activations,
  ...matmuls,
  ...movement,
  ...selection,
  ...reduction,
  ...normalisation,
  ...convolution,
};
