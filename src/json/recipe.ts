import { z } from 'zod';
import { recipeSchema } from '../recipe/schema.ts';
import type { CheckedRecipe } from '../run/index.ts';
import { relaxed } from './corpus.ts';
import { textSummary } from './text.ts';

const amount = z.strictObject({ utterances: z.number(), minutes: z.number(), speakers: z.number() });

const preview = z.strictObject({
  all: amount,
  parts: z.strictObject({ train: amount, dev: amount, test: amount }),
  relaxed: z.array(relaxed),
  setAside: z.array(
    z.strictObject({ reason: z.string(), code: z.string().optional(), count: z.number(), first: z.string() }),
  ),
  text: textSummary,
  unwritableHotwords: z.array(z.string()),
});

const bytes = z.strictObject({
  weights: z.number(),
  kept: z.number(),
  working: z.number(),
  batches: z.number(),
  held: z.number(),
  total: z.number(),
  gpu: z.number().optional(),
});

const memory = z.strictObject({
  stage: z.string(),
  mode: z.enum(['keep', 'recompute']),
  precision: z.enum(['float32', 'float16']),
  bytes,
});

export const checkedRecipe: z.ZodType<CheckedRecipe> = z.strictObject({
  recipe: recipeSchema,
  run: z.string(),
  encoder: z.strictObject({
    from: z.enum(['file', 'embedded', 'start', 'hub', 'folder', 'network']),
    what: z.string(),
    here: z.boolean(),
  }),
  memory: z.array(memory).optional(),
  corpus: z.union([preview, z.strictObject({ toFetch: z.array(z.string()) })]),
});
