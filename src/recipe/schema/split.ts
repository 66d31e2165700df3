import { z } from 'zod';
import { minutes } from './numbers.ts';

export const split = z
  .strictObject({
    seed: z.number().int().default(1).describe('Another seed draws another split.'),
    test: z.strictObject({ minutes }).default({ minutes: 5 }),
    dev: z.strictObject({ minutes }).default({ minutes: 3 }),
    train: z.strictObject({ minutes: minutes.optional().describe('All that is left, if absent.') }).prefault({}),
    // Optional, so that recipes from before they were there keep their run folders.
    by: z
      .enum(['speaker', 'session', 'recording', 'text', 'time'])
      .optional()
      .describe(
        'What test and train do not share; a session is what lies in one folder. If absent: speakers, where ' +
          'three or more are known; else recordings.',
      ),
    file: z
      .string()
      .optional()
      .describe('A fixed split: a TSV file with the columns id and split (train, dev or test), taken as it is.'),
  })
  .describe(
    'No speaker (of three or more), no recording and no text stands in two parts. Test is drawn first: more ' +
      'training never changes it. A `split` field in the manifest is taken as it is.',
  );
