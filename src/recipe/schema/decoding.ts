import { z } from 'zod';
import { count } from './numbers.ts';

export const decoding = z.strictObject({
  method: z.enum(['greedy', 'beam']).default('greedy'),
  beam_width: count.default(50).describe('Hypotheses kept in each frame.'),
  language_model: z
    .strictObject({
      unit: z.enum(['word', 'character']).default('character'),
      order: count.max(12).default(5).describe('Longest n-gram.'),
      texts: z
        .array(z.string())
        .default([])
        .describe(
          'Text files (a sentence a line) or text corpora to learn from besides the training transcripts. ' +
            'Sentences of dev and test are left out.',
        ),
    })
    .optional()
    .describe('An n-gram model, estimated by the run; none, if absent.'),
  lexicon: z
    .enum(['open', 'closed'])
    .default('open')
    .describe('`closed`: only words of the training transcripts and texts are written.'),
  hotwords: z.array(z.string().min(1)).default([]).describe('Words to be expected: names, terms.'),
  hotword_weight: z.number().default(10).describe('What a hotword adds, a natural logarithm.'),
  alpha: z.number().nonnegative().optional().describe('Weight of the language model; found on dev, if absent.'),
  beta: z.number().optional().describe('Bonus a token of the language model; found on dev, if absent.'),
});
