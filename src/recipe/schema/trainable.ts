import { z } from 'zod';
import { count } from './numbers.ts';

export const trained = z
  .union([z.enum(['head', 'adapters', 'all']), z.strictObject({ top: count })], {
    error: 'write head, adapters, all, or { top: N }',
  })
  .describe(
    'What learns: the head alone, small adapters in every block with it, the encoder’s top N blocks with it, or all.',
  );

export const adapters = z.strictObject({
  kind: z
    .enum(['low-rank', 'residual'])
    .default('residual')
    .describe(
      '`low-rank`: LoRA on attention and feed-forward; `residual`: a bottleneck behind every block, as MMS has.',
    ),
  dims: count.default(32).describe('Rank, or width of the bottleneck.'),
  scale: z.number().positive().default(16).describe('LoRA’s alpha.'),
});
