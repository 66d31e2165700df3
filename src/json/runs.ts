import { z } from 'zod';
import type { Removal, RunsComparison, RunSummary, ShownRun } from '../run/index.ts';
import { recipeSchema } from '../recipe/schema.ts';
import { finding, metrics } from './run.ts';
import { comparison } from './scores.ts';
import { device, files, interval } from './shared.ts';

const rates = z.strictObject({ cer: z.number(), wer: z.number() });

export const runSummary: z.ZodType<RunSummary> = z.strictObject({
  folder: z.string(),
  state: z.enum(['finished', 'unfinished', 'at work', 'damaged']),
  recipe: z.string(),
  language: z.string(),
  corpus: z.array(z.string()),
  encoder: z.string(),
  trained: z.string(),
  seed: z.number(),
  minutes: z.strictObject({ train: z.number(), test: z.number() }),
  tested: z.string(),
  dev: rates.optional(),
  test: rates.extend({ cer_ci95: interval, wer_ci95: interval, utterances: z.number() }).optional(),
  seconds: z.number().optional(),
  changed: z.string(),
  bytes: z.number(),
});

export const runList: z.ZodType<{ runs: RunSummary[]; unreadable: string[] }> = z.strictObject({
  runs: z.array(runSummary),
  unreadable: files,
});

const part = z.looseObject({ utterances: z.number(), minutes: z.number(), audio: z.string(), text: z.string() });

export const shownRun: z.ZodType<ShownRun> = z.strictObject({
  summary: runSummary,
  recipe: recipeSchema,
  locked: z.looseObject({
    train: part,
    dev: part,
    test: part,
    isogloss: z.string().optional(),
    onnxruntime: z.string().optional(),
    node: z.string().optional(),
    ffmpeg: z.string().optional(),
    platform: z.string().optional(),
    device: device.optional(),
    threads: z.number().optional(),
  }),
  metrics: metrics.optional(),
  findings: z.array(finding),
  setAside: z.number(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number() })),
});

export const runsComparison: z.ZodType<RunsComparison> = z.strictObject({
  runs: z.array(runSummary),
  differing: z.array(z.strictObject({ field: z.string(), values: z.array(z.unknown()) })),
  comparisons: z.array(
    z.strictObject({ run: z.string(), comparison: comparison.optional(), reason: z.string().optional() }),
  ),
});

export const cleanedRuns: z.ZodType<{ removals: Removal[]; deleted: boolean; left: string[] }> = z.strictObject({
  removals: z.array(
    z.strictObject({
      place: z.string(),
      what: z.enum(['checkpoints', 'leftover', 'unfinished run', 'run']),
      bytes: z.number(),
    }),
  ),
  deleted: z.boolean(),
  left: files,
});
