import { z } from 'zod';
import type { AdaptResult, Evaluation, NewRecipe, RunResult } from '../run/index.ts';
import { relaxed } from './corpus.ts';
import { comparison, group, scores } from './scores.ts';
import { device, files, interval, setAside } from './shared.ts';
import { textSummary } from './text.ts';

const onTest = z.strictObject({ test: scores });

const confidence = z.strictObject({
  frames: z.strictObject({ temperature: z.number(), loss_before: z.number(), loss_after: z.number() }),
  threshold: z
    .strictObject({
      threshold: z.number(),
      kept: z.number(),
      right: z.number(),
      right_at_least: z.number(),
      words: z.number(),
    })
    .optional(),
  test: z.strictObject({ kept: z.number(), right: z.number() }).optional(),
  reliability: z.array(
    z.strictObject({ count: z.number(), confidence: z.number(), right: z.number(), right_ci95: interval }),
  ),
  calibration_error: z.number(),
  calibration_error_of_frames: z.number(),
  unlike: z.number().optional(),
});

const selfTraining = z.strictObject({
  recordings: z.number(),
  minutes: z.number(),
  unreadable: z.number(),
  dev_cer: z.strictObject({ before: z.number(), after: z.number() }),
  rounds: z.array(
    z.strictObject({
      threshold: z.number(),
      sure_dev: z.number(),
      sure_dev_cer: z.number(),
      utterances: z.number(),
      minutes: z.number(),
      dev_cer: z.number(),
      taken: z.boolean(),
      seconds: z.number(),
    }),
  ),
});

/** A run's `metrics.json`. */
export const metrics = z.strictObject({
  test: scores,
  dev: scores,
  train: z.strictObject({
    epochs: z.number(),
    seconds: z.number(),
    frames_per_second: z.number(),
    memory: z.array(z.strictObject({ mode: z.enum(['keep', 'recompute']), expected: z.number(), most: z.number() })),
  }),
  features: z.strictObject({
    seconds: z.number(),
    real_time_factor: z.number().nullable(),
    damaged: z.number().optional(),
  }),
  machine: z.strictObject({ device, threads: z.number() }).optional(),
  baseline: onTest.optional(),
  confidence: confidence.optional(),
  speakers: z
    .strictObject({
      seen: scores.optional(),
      unseen: scores.optional(),
      each: z.array(group.extend({ seen: z.boolean() })),
    })
    .optional(),
  greedy: onTest.optional(),
  without_tones: onTest.optional(),
  oracle: onTest.extend({ nbest: z.number() }).optional(),
  self_training: selfTraining.optional(),
  before: onTest.optional(),
  forgetting: z.strictObject({ recipe: z.string(), before: scores, after: scores }).optional(),
});

export const finding = z.strictObject({
  kind: z.enum([
    ...(['learning-rate-too-high', 'all-blank', 'targets-too-long', 'unseen-symbols'] as const),
    ...(['dev-far-worse', 'cache-damaged'] as const),
    ...relaxed.shape.code.options,
  ]),
  what: z.string(),
  advice: z.string(),
});

export const inputChange = z.strictObject({
  code: z.enum(['added', 'removed', 'audio', 'text', 'split', 'file']),
  items: z.array(z.string()),
});

const there = z.strictObject({ there: z.number(), of: z.number() });

const run = z.strictObject({
  folder: z.string(),
  metrics,
  setAside: z.array(setAside),
  text: textSummary.optional(),
  findings: z.array(finding),
  known: z.boolean(),
  reused: z.strictObject({ recordings: there, features: there, epochs: there }).optional(),
  changed: z
    .strictObject({
      since: z.string(),
      what: z.string(),
      changes: z.array(inputChange),
    })
    .optional(),
});

export const runResult: z.ZodType<RunResult> = run;

const choice = z.strictObject({ at: z.array(z.string()), reason: z.string() });

const trial = z.strictObject({
  round: z.string(),
  name: z.string(),
  key: z.string(),
  dev_cer: z.number().optional(),
  seconds: z.number(),
  stages: z.array(z.strictObject({ kind: z.string(), heard: z.number(), seconds: z.number() })),
  features: z.array(z.string()),
});

export const adaptResult: z.ZodType<AdaptResult> = run.extend({
  recipe: z.string(),
  choices: z.array(choice),
  trials: z.array(trial),
  rejected: z.array(z.string()),
  untried: z.array(z.string()),
  folds: z.boolean(),
});

export const newRecipe: z.ZodType<NewRecipe> = z.strictObject({
  file: z.string(),
  survey: z.strictObject({
    utterances: z.number(),
    unreadable: z.number(),
    minutes: z.number(),
    speakers: z.array(z.string()),
    language: z.string().optional(),
    splitGiven: z.boolean(),
    digits: z.strictObject({ utterances: z.number(), afterLetters: z.number() }),
  }),
  choices: z.array(choice),
});

export const evaluation: z.ZodType<Evaluation> = z.strictObject({
  corpus: z.string(),
  split: z.enum(['test', 'dev', 'train', 'all']),
  heard: z.number(),
  models: z.array(
    z.strictObject({
      model: z.string(),
      unit: z.enum(['graphemes', 'phones']),
      scores,
      voices: z.strictObject({ seen: scores.optional(), unseen: scores.optional() }).optional(),
      speakers: z.array(group).optional(),
      tiers: z.array(group).optional(),
      comparison: comparison.optional(),
      files: files.optional(),
    }),
  ),
  setAside: z.array(setAside),
});
