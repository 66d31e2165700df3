import { z } from 'zod';

export const text = z.strictObject({
  unit: z
    .enum(['graphemes', 'phones'])
    .default('graphemes')
    .describe('What the head writes. Phones come from the manifest, else from espeak-ng.'),
  case: z.enum(['lower', 'keep']).default('lower'),
  punctuation: z.enum(['remove', 'keep']).default('remove'),
  brackets: z.enum(['remove', 'keep', 'exclude']).default('exclude'),
  digits: z.enum(['error', 'spell', 'remove', 'keep', 'exclude']).default('error'),
  apostrophe: z
    .enum(['auto', 'letter', 'remove'])
    .default('auto')
    .describe('`auto`: a letter, but for pairs around words; a letter there too, where the transcripts show it.'),
  map: z
    .record(z.string(), z.string())
    .default({})
    .describe('Strings replaced before all else: at each place the longest that stands there.'),
  keep: z.array(z.string().min(1)).default([]).describe('Signs that are letters here, e.g. ["=", "-"].'),
  drop: z.array(z.string().min(1)).default([]).describe('Signs that are left out without parting the word.'),
  profile: z
    .array(z.string().min(1))
    .default([])
    .describe('Orthography profile: graphemes of more than one character, e.g. [ng, sch].'),
  profile_file: z
    .string()
    .min(1)
    .optional()
    .describe('An orthography profile in a file, as `corpus profile` proposes it; a run’s lock holds what it says.'),
  tones: z
    .enum(['separate'])
    .optional()
    .describe('Tone marks are tokens of their own, after their letter; they stay on their letter, if absent.'),
  mapping: z
    .array(z.tuple([z.string().min(1), z.string()]))
    .optional()
    .describe('Graphemes that are written otherwise, after all other rules: what a profile’s column Mapping says.'),
});
