import { z } from 'zod';
import type { BuildResult, Perplexity } from '../lm/index.ts';
import { removedSign } from './text.ts';

export const buildResult: z.ZodType<BuildResult> = z.strictObject({
  unit: z.enum(['word', 'character']),
  sentences: z.number(),
  tokens: z.number(),
  lines_left_out: z.number(),
  ngrams: z.array(z.strictObject({ count: z.number(), discounts: z.array(z.number()), fallback: z.boolean() })),
  spilled: z.number(),
  removed: z.array(removedSign),
});

export const perplexity: z.ZodType<Perplexity> = z.strictObject({
  sentences: z.number(),
  tokens: z.number(),
  unknown: z.number(),
  log10: z.number(),
  perplexity: z.number(),
  perplexity_of_known: z.number(),
});
