import { z } from 'zod';
import type {
  Curve,
  Race,
  Removal,
  Reproduction,
  RunArchive,
  RunResult,
  RunsComparison,
  RunSummary,
  Scalar,
  ShownRun,
  Variants,
} from '../run/index.ts';
import { recipeSchema } from '../recipe/schema.ts';
import { finding, inputChange, metrics, runResult } from './run.ts';
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
    code: z.string().optional(),
    cpu: z.string().optional(),
    platform: z.string().optional(),
    device: device.optional(),
    threads: z.number().optional(),
  }),
  metrics: metrics.optional(),
  findings: z.array(finding),
  setAside: z.number(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number() })),
});

const spread = z.strictObject({
  mean: z.number(),
  deviation: z.number(),
  least: z.number(),
  most: z.number(),
  count: z.number(),
});
const spreads = z.strictObject({ cer: spread, wer: spread });

const variantRun = z.strictObject({
  folder: z.string(),
  seed: z.number(),
  known: z.boolean(),
  dev: rates,
  test: rates,
});

/**
 * What `run` prints: one run, or its variants where `--seeds` or `--sweep` ask for several, or how they fared within a
 * `--budget`.
 */
export const runOutput: z.ZodType<RunResult | Variants | Race> = z.union([
  runResult,
  z.strictObject({
    variants: z.array(
      z.strictObject({
        set: z.array(z.string()),
        epochs: z.strictObject({ trained: z.number(), of: z.number() }),
        dev_cer: z.number().optional(),
        unfinished: z.strictObject({ code: z.enum(['behind', 'no-time']), why: z.string() }).optional(),
      }),
    ),
    best: z.number(),
    run: runResult,
    budget: z.number(),
    seconds: z.number(),
  }),
  z.strictObject({
    variants: z.array(
      z.strictObject({
        set: z.array(z.string()),
        dev: spreads,
        test: spreads,
        seconds: z.number(),
        runs: z.array(variantRun),
      }),
    ),
    best: z.number(),
  }),
]);

export const curve: z.ZodType<Curve> = z.strictObject({
  points: z.array(
    z.strictObject({
      minutes: z.number(),
      trained: z.number(),
      dev: spreads,
      test: spreads,
      test_ci95: z.strictObject({ cer: interval, wer: interval }),
      runs: z.array(variantRun),
      seconds: z.number(),
    }),
  ),
  page: z.string(),
});

export const runsComparison: z.ZodType<RunsComparison> = z.strictObject({
  runs: z.array(runSummary),
  differing: z.array(z.strictObject({ field: z.string(), values: z.array(z.unknown()) })),
  comparisons: z.array(
    z.strictObject({ run: z.string(), comparison: comparison.optional(), reason: z.string().optional() }),
  ),
  seeds: z.array(z.strictObject({ runs: files, seeds: z.array(z.number()), cer: spread, wer: spread })),
  verdicts: z.array(
    z.strictObject({ a: z.number(), b: z.number(), difference: z.number(), p: z.number(), verdict: z.string() }),
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

export const runArchive: z.ZodType<RunArchive> = z.strictObject({
  file: z.string(),
  names: files,
  needed: z.array(z.strictObject({ name: z.string(), what: z.string() })),
});

const partRates = z.strictObject({ test: rates, dev: rates });

export const reproduction: z.ZodType<Reproduction> = z.strictObject({
  folder: z.string(),
  outcome: z.enum(['identical', 'close', 'apart']),
  inputs: z.array(inputChange),
  environment: z.array(
    z.strictObject({
      what: z.enum([
        ...(['isogloss', 'code', 'onnxruntime', 'node', 'ffmpeg'] as const),
        ...(['platform', 'cpu', 'device', 'threads'] as const),
      ]),
      before: z.union([z.string(), z.number()]).optional(),
      now: z.union([z.string(), z.number()]),
    }),
  ),
  before: partRates,
  now: partRates,
  known: z.boolean(),
});

export const runScalars: z.ZodType<{ runs: { run: string; scalars: Scalar[] }[]; files: string[] }> = z.strictObject({
  runs: z.array(
    z.strictObject({
      run: z.string(),
      scalars: z.array(z.strictObject({ tag: z.string(), step: z.number(), value: z.number(), time: z.number() })),
    }),
  ),
  files,
});
