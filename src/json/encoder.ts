import { z } from 'zod';
import type { EncoderEntry, FetchedEncoder, Inspection } from '../encoder/index.ts';
import type { Suggestions } from '../run/index.ts';

const licence = z.strictObject({ name: z.string(), commercial: z.boolean() });

export const encoderEntries: z.ZodType<EncoderEntry[]> = z.array(
  z.strictObject({
    name: z.string(),
    revision: z.string().optional(),
    dtype: z.string().optional(),
    parameters: z.number().optional(),
    layers: z.number().optional(),
    dims: z.number().optional(),
    megabytes: z.number(),
    what: z.string(),
  }),
);

export const fetchedEncoder: z.ZodType<FetchedEncoder> = z.strictObject({
  name: z.string(),
  file: z.string(),
  commit: z.string(),
  megabytes: z.number(),
  licence: licence.nullable(),
});

export const inspection: z.ZodType<Inspection> = z.strictObject({
  name: z.string(),
  file: z.string(),
  hash: z.string(),
  own: z.boolean(),
  layers: z.number(),
  dims: z.number(),
  frames_per_second: z.number(),
  receptive_field_seconds: z.number().nullable(),
  reach_seconds: z.number().nullable(),
  parameters: z.number(),
  bytes: z.number(),
  licence: licence.nullable(),
  memory_megabytes: z.number(),
  real_time_factor: z.number(),
  weights: z.record(z.string(), z.strictObject({ tensors: z.number(), numbers: z.number() })),
  operators: z.record(z.string(), z.number()),
  inputs: z.array(
    z.strictObject({ name: z.string(), type: z.string(), dims: z.array(z.union([z.string(), z.number()])) }),
  ),
  padding_is_safe: z.boolean(),
  fine_tuning: z.strictObject({
    trainable: z.enum(['nothing', 'all', 'top blocks']),
    why: z.string().optional(),
  }),
  recommended: z.strictObject({ cut: z.number(), train: z.string(), reason: z.string() }),
});

export const suggestions: z.ZodType<Suggestions> = z.strictObject({
  corpus: z.string(),
  minutes: z.number(),
  language: z.string().optional(),
  encoders: z.array(
    z.strictObject({
      model: z.string(),
      licence: z.string(),
      commercial: z.boolean(),
      parameters: z.number(),
      megabytes: z.number(),
      minutes: z.number(),
      memory_megabytes: z.number(),
      fits: z.boolean(),
      heard_language: z.boolean().optional(),
      superb: z.strictObject({ tenMinutes: z.number(), oneHour: z.number() }).optional(),
      why: z.string(),
    }),
  ),
});
