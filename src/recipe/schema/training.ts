import { z } from 'zod';
import { share, count } from './numbers.ts';

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

export const training = z.strictObject({
  epochs: count.default(27),
  batch_seconds: z.number().positive().default(60),
  accumulate: count.default(1).describe('Batches to a step: a large batch in the memory of a small one.'),
  // Optional, so that recipes from before it was there keep their run folders.
  memory: z
    .enum(['keep', 'recompute'])
    .optional()
    .describe(
      '`recompute`: what is inside the encoder’s blocks is computed once more in the backward pass instead of kept; ' +
        'slower by about a third, same results. Whichever fits, if absent.',
    ),
  precision: z
    .enum(['float32', 'float16'])
    .optional()
    .describe(
      'In what numbers steps are computed; float32, if absent. `float16`: about half of the memory, for a GPU; ' +
        'weights stay in float32. A CPU is slower in it.',
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
      'Training recordings are heard at each of these speeds (Ko et al. 2015), e.g. [0.9, 1, ' +
        '1.1]; for a frozen encoder.',
    ),
  // Optional, so that recipes from before it was there keep their run folders.
  joined: share
    .optional()
    .describe(
      'How many of the training utterances are also heard joined to another, with a pause in between; none, if ' +
        'absent. For a frozen encoder.',
    ),
  repeat: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe(
      'How often an epoch goes through a corpus, by its name; once, if not named. 0.5: through half of its ' +
        'utterances, always the same.',
    ),
  augment: augment
    .optional()
    .describe('Changes to the sound itself: anew in each epoch with `train: all`, of `copies` for a frozen encoder.'),
  // Optional, so that recipes from before it was there keep their run folders.
  copies: count
    .optional()
    .describe(
      'Copies of each training recording that `augment` changes, beside the recording as it is; none, if absent. ' +
        'For a frozen encoder, whose features of them are computed once.',
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
