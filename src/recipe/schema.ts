import { z } from 'zod';
import { languageSchema } from '../text/language.ts';
import { count } from './schema/numbers.ts';
import { split } from './schema/split.ts';
import { text } from './schema/text.ts';
import { encoder } from './schema/encoder.ts';
import { trained, adapters } from './schema/trainable.ts';
import { head } from './schema/head.ts';
import { training } from './schema/training.ts';
import { decoding } from './schema/decoding.ts';

/**
 * One file says everything about an experiment. Every field but `name`, `language` and `corpus` has a default, so that
 * a recipe can be three lines; the lock of a run holds them all.
 */
export const recipeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and hyphens')
    .describe('Names the run folder.'),
  title: z.string().optional(),
  language: languageSchema.describe('BCP 47, e.g. it or pt-BR.'),
  corpus: z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe('A corpus in ./corpora, or a folder with a manifest.jsonl.'),
  // Optional, so that recipes from before they were there keep their run folders.
  untranscribed: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe(
      'Recordings that nobody has transcribed: a folder, files or patterns. The model transcribes them, and what ' +
        'it is sure of joins the training, as long as dev gains.',
    ),
  self_training: z
    .strictObject({ rounds: count.default(3).describe('Transcribing and training anew, at most.') })
    .optional()
    .describe('How `untranscribed` is learnt from.'),
  split: split.prefault({}),
  text: text.prefault({}),
  encoder: encoder.prefault({}),
  start: z
    .string()
    .optional()
    .describe(
      'What to go on from: the recipe of a finished run, or a model folder. Its encoder, layers, head ' +
        'and vocabulary are taken.',
    ),
  train: trained.default('head'),
  adapters: adapters.prefault({}),
  stages: z
    .array(z.strictObject({ train: trained, epochs: count, learning_rate: z.number().positive() }))
    .min(1)
    .optional()
    .describe('Gradual unfreezing: several trainings, one after the other, instead of `train`.'),
  head: head.prefault({}),
  training: training.prefault({}),
  decoding: decoding.prefault({}),
  baseline: z
    .strictObject({
      random_encoder: z
        .boolean()
        .default(false)
        .describe('Also train the same head on the untrained encoder, to show what transfer gains: for papers.'),
    })
    .prefault({}),
  seed: z.number().int().default(1),
});

/** A recipe with all defaults filled in. */
export type Recipe = z.infer<typeof recipeSchema>;

/** A recipe as it is written: only `name`, `language` and `corpus` have to be there. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** For editors: `# yaml-language-server: $schema=recipe.schema.json` on a recipe's first line. */
export function recipeJsonSchema(): unknown {
  const { required, ...schema } = z.toJSONSchema(recipeSchema.extend(inFiles), { io: 'input' });
  // What a recipe extends may have what it lacks itself.
  return { ...schema, anyOf: [{ required: ['extends'] }, { required }] };
}

/** What recipes have in files only: it is gone when they are read. */
const inFiles = {
  extends: z
    .string()
    .optional()
    .describe(
      'Another recipe, by its path from this file’s folder: its fields hold where this one says nothing. Maps are ' +
        'merged, lists and values replaced; null takes a field back to its default.',
    ),
};
