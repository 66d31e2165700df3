import { z } from 'zod';
import { preprocessorSchema } from '../encoder/exported/preprocessor.ts';
import { decodingSchema } from './decoder.ts';

export const aboutSchema = z.object({
  format: z.literal('isogloss-model/1'),
  name: z.string(),
  language: z.string(),
  encoder: z.object({
    name: z.string(),
    hash: z.string(),
    /** Of the repository on the Hub that it came from. */
    commit: z.string().optional(),
    /** How its input is made, where its makers say so. */
    preprocessor: preprocessorSchema.optional(),
    /**
     * The encoder that all training began with, with the terms on which its makers publish it and its commit on the
     * Hub; absent for one that began with nothing.
     */
    origin: z.object({ name: z.string(), licence: z.string().optional(), commit: z.string().optional() }).optional(),
  }),
  /** Hidden layers that feed the head. */
  layers: z.array(z.number().int().nonnegative()).min(1),
  /** Adapters on the encoder, in `adapters.safetensors`. */
  adapters: z
    .object({ kind: z.enum(['low-rank', 'residual']), dims: z.number().int().positive(), scale: z.number() })
    .optional(),
  head: z.object({
    kind: z.enum(['linear', 'mlp', 'transformer']),
    dims: z.number(),
    blocks: z.number(),
    context: z.number(),
    dropout: z.number(),
    plain: z.boolean().optional(),
    phones: z.object({ count: z.number(), at: z.number() }).optional(),
  }),
  text: z.record(z.string(), z.unknown()),
  /** How it decodes; greedily, if absent. */
  decoding: decodingSchema.optional(),
  /**
   * From the network's confidence in a word to the chance that it is right, found on dev; a model from before there
   * were temperatures has none.
   */
  confidence: z
    .object({
      temperature: z.number().positive().default(1),
      slope: z.number(),
      offset: z.number(),
      unlike: z.number().optional(),
    })
    .optional(),
});

/** `model.json`: what a model folder says of itself. */
export type About = z.infer<typeof aboutSchema>;

export type AdapterSettings = NonNullable<About['adapters']>;
