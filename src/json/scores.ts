import { z } from 'zod';
import type { Comparison, FileScores } from '../evaluate/index.ts';
import { interval } from './shared.ts';

export const scores = z.strictObject({
  wer: z.number(),
  wer_ci95: interval,
  cer: z.number(),
  cer_ci95: interval,
  cer_codepoints: z.number(),
  substitutions: z.number(),
  deletions: z.number(),
  insertions: z.number(),
  words: z.number(),
  utterances: z.number(),
  seconds_audio: z.number(),
});

export const group = z.strictObject({
  group: z.string(),
  utterances: z.number(),
  words: z.number(),
  wer: z.number(),
  cer: z.number(),
});

const measures = {
  hits: z.number(),
  mer: z.number(),
  wil: z.number(),
  wip: z.number(),
  ser: z.number(),
  oracle_wer: z.number().optional(),
};

const confusion = z.strictObject({ reference: z.string(), hypothesis: z.string(), count: z.number() });

const tokenErrors = z.strictObject({
  token: z.string(),
  count: z.number(),
  substituted: z.number(),
  deleted: z.number(),
  inserted: z.number(),
});

export const fileScores: z.ZodType<FileScores> = z.strictObject({
  unit: z.enum(['graphemes', 'phones']),
  scores: scores.extend(measures),
  groups: z.array(group).optional(),
  confusions: z.strictObject({ words: z.array(confusion), tokens: z.array(confusion) }),
  errors: z.strictObject({ words: z.array(tokenErrors), tokens: z.array(tokenErrors) }),
  report: z.string().optional(),
});

const difference = z.strictObject({
  a: z.number(),
  b: z.number(),
  difference: z.number(),
  difference_ci95: interval,
  p: z.number(),
});

export const comparison: z.ZodType<Comparison> = z.strictObject({
  utterances: z.number(),
  words: z.number(),
  unit: z.enum(['graphemes', 'phones']),
  wer: difference,
  cer: difference,
  matched_pairs: z.strictObject({
    segments: z.number(),
    mean: z.number(),
    deviation: z.number(),
    z: z.number(),
    p: z.number(),
  }),
  believe: z.enum(['yes', 'perhaps', 'no']),
  verdict: z.string(),
});
