import { z } from 'zod';
import type { Audit } from '../corpus/index.ts';
import type { Suspicion } from '../run/index.ts';
import { place } from './shared.ts';

const source = z.strictObject({
  file: z.string(),
  tier: z.string().optional(),
  annotation: z.string().optional(),
});

const group = z.strictObject({
  name: z.string(),
  utterances: z.number(),
  minutes: z.number(),
  errors: z.number(),
  warnings: z.number(),
  snr: z.number(),
  pace: z.number(),
});

const coverage = z.strictObject({
  graphemes: z.array(z.strictObject({ grapheme: z.string(), count: z.number(), speakers: z.number() })),
  pairs: z.strictObject({ different: z.number(), known: z.number() }),
  sentences: z.array(z.strictObject({ text: z.string(), line: z.number(), adds: z.array(z.string()) })),
});

const suspect = z.strictObject({
  item: z.string(),
  transcript: z.string(),
  heard: z.string(),
  why: z.enum(['other-words', 'no-path']),
  margin: z.number().optional(),
  cer: z.number(),
  confidence: z.number().optional(),
  learnt: z.boolean(),
  source: source.optional(),
});

export const audit: z.ZodType<Audit & { suspicion?: Suspicion }> = z.strictObject({
  utterances: z.number(),
  seconds: z.number(),
  measures: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      least: z.number(),
      median: z.number(),
      most: z.number(),
      bins: z.array(z.number()),
    }),
  ),
  findings: z.array(
    z.strictObject({
      severity: z.enum(['error', 'warning']),
      item: z.string(),
      what: z.string(),
      place: place.optional(),
      source: source.optional(),
    }),
  ),
  groups: z.strictObject({ speakers: z.array(group), tiers: z.array(group), files: z.array(group) }),
  coverage,
  alike: z.array(
    z.strictObject({
      what: z.enum(['same text', 'one word apart']),
      items: z.array(z.string()),
      texts: z.array(z.string()),
    }),
  ),
  suspicion: z
    .strictObject({ run: z.string(), judged: z.number(), learnt: z.number(), suspects: z.array(suspect) })
    .optional(),
});
