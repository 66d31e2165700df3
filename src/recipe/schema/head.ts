import { z } from 'zod';
import { count, share } from './numbers.ts';

export const head = z.strictObject({
  kind: z.enum(['linear', 'mlp', 'transformer']).default('mlp'),
  dims: count.default(256),
  blocks: z.number().int().min(1).max(2).default(1).describe('Transformer blocks.'),
  context: z.number().int().nonnegative().default(4).describe('Frames on either side that mlp sees.'),
  dropout: share.default(0.2),
  phones: z
    .boolean()
    .default(true)
    .describe(
      'Whether it starts from the phones that the encoder has learnt to write, spelt as other languages spell ' +
        'them; not for `linear`, nor where the encoder knows none.',
    ),
});
