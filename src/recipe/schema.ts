import { z } from 'zod';
import { languageSchema } from '../text/language.ts';

/*
 * One file says everything about an experiment. Every field but `name`, `language` and `corpus` has a default, so that a
 * recipe can be three lines; the lock of a run holds them all.
 */

const minutes = z.number().positive();
const share = z.number().min(0).max(1);
const count = z.number().int().positive();

const split = z
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
        'What test and train do not share; a session is what lies in one folder. If absent: speakers, where three or more are known; else recordings.',
      ),
    file: z
      .string()
      .optional()
      .describe('A fixed split: a TSV file with the columns id and split (train, dev or test), taken as it is.'),
  })
  .describe(
    'No speaker (of three or more), no recording and no text stands in two parts. Test is drawn first: more training never changes it. A `split` field in the manifest is taken as it is.',
  );

const text = z.strictObject({
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

const architecture = z.strictObject({
  conv_widths: z.array(count).length(7).default([32, 48, 64, 96, 128, 192, 256]),
  dims: count.default(256),
  blocks: count.default(5),
  heads: count.default(4),
  feed_forward: count.default(1024),
  position_kernel: count.default(31),
  position_groups: count.default(16),
});

const encoder = z.strictObject({
  model: z
    .string()
    .default('embedded')
    .describe(
      '`embedded`, `random` (the same network, untrained), `new` (trained from scratch with the head), `owner/repo` on the Hugging Face Hub, a folder in its layout, PyTorch weights, or an .onnx file.',
    ),
  revision: z
    .string()
    .regex(/^\w[\w./+-]*$/, 'a branch, a tag or a commit')
    .optional()
    .describe(
      'Of a repository on the Hub: branch, tag or commit; `main`, if absent. A run keeps the commit it began with.',
    ),
  dtype: z
    .enum(['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'])
    .optional()
    .describe(
      'Which of a repository’s files: fp32, if absent; q8 and less are quantised. Of `embedded`, or an .onnx file that isogloss wrote, q8 is made when it is read.',
    ),
  layer: z
    .union([z.number().int().nonnegative(), z.literal('mix')])
    .default('mix')
    .describe('Which hidden layer feeds the head; `mix` learns weights over all of them.'),
  architecture: architecture.optional().describe('Only for `new`.'),
  freeze: z
    .enum(['nothing', 'feature-encoder'])
    .default('nothing')
    .describe('With `train: all`, whether the convolutions stay as they are.'),
});

const head = z.strictObject({
  kind: z.enum(['linear', 'mlp', 'transformer']).default('mlp'),
  dims: count.default(256),
  blocks: z.number().int().min(1).max(2).default(1).describe('Transformer blocks.'),
  context: z.number().int().nonnegative().default(4).describe('Frames on either side that mlp sees.'),
  dropout: share.default(0.2),
  phones: z
    .boolean()
    .default(true)
    .describe(
      'Whether it starts from the phones that the encoder has learnt to write, spelt as other languages spell them; not for `linear`, nor where the encoder knows none.',
    ),
});

const trained = z
  .union([z.enum(['head', 'adapters', 'all']), z.strictObject({ top: count })], {
    error: 'write head, adapters, all, or { top: N }',
  })
  .describe(
    'What learns: the head alone, small adapters in every block with it, the encoder’s top N blocks with it, or all.',
  );

const adapters = z.strictObject({
  kind: z
    .enum(['low-rank', 'residual'])
    .default('residual')
    .describe(
      '`low-rank`: LoRA on attention and feed-forward; `residual`: a bottleneck behind every block, as MMS has.',
    ),
  dims: count.default(32).describe('Rank, or width of the bottleneck.'),
  scale: z.number().positive().default(16).describe('LoRA’s alpha.'),
});

const decoding = z.strictObject({
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
          'Text files (a sentence a line) or text corpora to learn from besides the training transcripts. Sentences of dev and test are left out.',
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

const augment = z.strictObject({
  speed: z.tuple([z.number().positive(), z.number().positive()]).default([0.85, 1.18]),
  noise: z
    .strictObject({ probability: share.default(0.5), snr: z.tuple([z.number(), z.number()]).default([3, 30]) })
    .prefault({}),
  telephone: share.default(0.25).describe('How often the band is narrowed to that of a telephone.'),
  reverberation: z
    .strictObject({
      probability: share.default(0),
      decay: z
        .tuple([z.number().positive(), z.number().positive()])
        .default([0.1, 0.6])
        .describe('Seconds until its echoes have fallen by 60 dB.'),
    })
    .prefault({})
    .describe('How often a simulated room is put around it.'),
  codec: share.default(0).describe('How often it goes through GSM, G.722, Opus or MP3 at a low rate, by ffmpeg.'),
});

const training = z.strictObject({
  epochs: count.default(27),
  batch_seconds: z.number().positive().default(60),
  accumulate: count.default(1).describe('Batches to a step: a large batch in the memory of a small one.'),
  // Optional, so that recipes from before it was there keep their run folders.
  memory: z
    .enum(['keep', 'recompute'])
    .optional()
    .describe(
      '`recompute`: what is inside the encoder’s blocks is computed once more on the way back instead of kept; slower by about a third, same results. Whichever fits, if absent.',
    ),
  precision: z
    .enum(['float32', 'float16'])
    .optional()
    .describe(
      'In what numbers steps are computed; float32, if absent. `float16`: about half of the memory, for a GPU; weights stay in float32. A CPU is slower in it.',
    ),
  learning_rate: z.number().positive().default(0.003),
  schedule: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
  warmup: share.default(0.1).describe('Share of all steps.'),
  weight_decay: z.number().nonnegative().default(0.01),
  clip: z.number().positive().default(1),
  patience: count.default(12).describe('Epochs without a better dev CER before it stops.'),
  spec_augment: z
    .strictObject({
      time_masks: z.number().int().nonnegative().default(2),
      time_width: count.default(20).describe('Frames of 20 ms.'),
      feature_masks: z.number().int().nonnegative().default(1),
      feature_width: share.default(0.15),
    })
    .prefault({}),
  speeds: z
    .array(z.number().min(0.5).max(2))
    .min(1)
    .default([1])
    .describe(
      'Training recordings are heard at each of these speeds (Ko et al. 2015), e.g. [0.9, 1, 1.1]; for a frozen encoder.',
    ),
  // Optional, so that recipes from before it was there keep their run folders.
  joined: share
    .optional()
    .describe(
      'How many of the training utterances are also heard joined to another, with a pause in between; none, if absent. For a frozen encoder.',
    ),
  repeat: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe(
      'How often an epoch goes through a corpus, by its name; once, if not named. 0.5: through half of its utterances, always the same.',
    ),
  augment: augment
    .optional()
    .describe('Changes to the sound itself: anew in each epoch with `train: all`, of `copies` for a frozen encoder.'),
  // Optional, so that recipes from before it was there keep their run folders.
  copies: count
    .optional()
    .describe(
      'Copies of each training recording that `augment` changes, beside the recording as it is; none, if absent. For a frozen encoder, whose features of them are computed once.',
    ),
  encoder_rate: z
    .number()
    .positive()
    .default(0.1)
    .describe('The encoder’s learning rate as a share of the head’s, where a trained encoder is trained on.'),
  layer_decay: share
    .default(0.9)
    .describe('Each block below the top learns by this share of the one above it (Howard & Ruder 2018).'),
  l2_sp: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Pulls the encoder back to its pretrained weights (L2-SP, Li et al. 2018); 0 does not.'),
  teacher: z
    .strictObject({
      model: z.string().describe('An encoder as `encoder.model` has it.'),
      layer: count.describe('Its hidden layer, and the one that learns to give the same.'),
      weight: z.number().positive().default(1).describe('Of its loss beside that of the transcripts.'),
    })
    .optional()
    .describe(
      'An encoder that hears the recordings as they are, in windows of 30 s, and is imitated; only with `train: all`.',
    ),
  average: share.default(0).describe('Exponential moving average of the weights, e.g. 0.99; 0 takes them as they are.'),
});

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
      'Recordings that nobody has transcribed: a folder, files or patterns. The model transcribes them, and what it is sure of joins the training, as long as dev gains.',
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
      'What to go on from: the recipe of a finished run, or a model folder. Its encoder, layers, head and vocabulary are taken.',
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
