import { z } from 'zod';

const example = z.strictObject({ before: z.string(), after: z.string() });

/** A sign that text rules took out, and how often. */
export const removedSign = z.strictObject({
  sign: z.string(),
  codePoints: z.string(),
  count: z.number(),
  became: z.enum(['nothing', 'space']),
  examples: z.array(example),
});

/** What a recipe's rules made of the transcripts. */
export const textSummary = z.strictObject({
  rules: z.strictObject({
    language: z.string(),
    case: z.enum(['keep', 'lower']),
    punctuation: z.enum(['keep', 'remove']),
    brackets: z.enum(['keep', 'remove', 'exclude']),
    digits: z.enum(['keep', 'remove', 'exclude', 'error', 'spell']),
    apostrophe: z.enum(['remove', 'auto', 'letter']),
    map: z.record(z.string(), z.string()),
    mapping: z.array(z.tuple([z.string(), z.string()])).optional(),
    keep: z.array(z.string()).optional(),
    drop: z.array(z.string()).optional(),
  }),
  apostrophe: z
    .strictObject({
      reading: z.enum(['letter', 'quotation']),
      words: z.number(),
      examples: z.array(z.string()),
    })
    .optional(),
  removed: z.array(removedSign),
  inventory: z.array(z.strictObject({ token: z.string(), count: z.number() })),
});
