import { z } from 'zod';
import { count } from './numbers.ts';

const architecture = z.strictObject({
  conv_widths: z.array(count).length(7).default([32, 48, 64, 96, 128, 192, 256]),
  dims: count.default(256),
  blocks: count.default(5),
  heads: count.default(4),
  feed_forward: count.default(1024),
  position_kernel: count.default(31),
  position_groups: count.default(16),
});

export const encoder = z.strictObject({
  model: z
    .string()
    .default('embedded')
    .describe(
      '`embedded`, `random` (the same network, untrained), `new` (trained from scratch with the head), ' +
        '`owner/repo` on the Hugging Face Hub, a folder in its layout, PyTorch weights, or an .onnx file.',
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
      'Which of a repository’s files: fp32, if absent; q8 and less are quantised. Of `embedded`, or an .onnx ' +
        'file that isogloss wrote, q8 is made when it is read.',
    ),
  layer: z
    .union([z.number().int().nonnegative(), z.literal('mix')])
    .default('mix')
    .describe('Which hidden layer feeds the head; `mix` learns weights over all of them.'),
  silence: z
    .number()
    .min(0)
    .max(30)
    .optional()
    .describe(
      'Seconds of silence behind each recording that Whisper’s encoder, opened from its weights, is given to hear: ' +
        '30 fill its window; none, if absent.',
    ),
  architecture: architecture.optional().describe('Only for `new`.'),
  freeze: z
    .enum(['nothing', 'feature-encoder'])
    .default('nothing')
    .describe('With `train: all`, whether the convolutions stay as they are.'),
});
