import { z } from 'zod';
import type { CorpusExport, FetchResult, ImportPlan, ImportResult, WrittenSplit } from '../corpus/index.ts';
import type { CorpusProfile } from '../dataset/index.ts';
import { counted, files, setAside } from './shared.ts';

export const corpusExport: z.ZodType<CorpusExport> = z.strictObject({ files, setAside: z.array(setAside) });

export const fetchResult: z.ZodType<FetchResult> = z.strictObject({
  name: z.string(),
  folder: z.string(),
  utterances: z.number(),
  seconds: z.number(),
  setAside: z.array(setAside),
  edited: z.boolean().optional(),
});

const tier = z.strictObject({
  name: z.string(),
  tiers: z.number(),
  files: z.number(),
  annotations: z.number(),
  empty: z.number(),
  untimed: z.number(),
  seconds: z.number(),
  words: z.number(),
  samples: z.array(z.string()),
  types: z.array(z.string()),
  speakers: z.array(z.string()),
  constraint: z.enum(['Time_Subdivision', 'Included_In', 'Symbolic_Subdivision', 'Symbolic_Association']).optional(),
  labels: z.number(),
});

export const importedCorpus: z.ZodType<ImportResult & Pick<ImportPlan, 'formats' | 'survey'>> = z.strictObject({
  formats: z.array(z.strictObject({ name: z.string(), title: z.string(), files: z.number() })),
  survey: z
    .strictObject({
      tiers: z.array(tier),
      recordings: z.strictObject({ found: z.number(), missing: z.array(z.string()) }),
      notes: z.array(counted),
      unreadable: z.array(setAside),
    })
    .optional(),
  name: z.string(),
  folder: z.string(),
  format: z.string(),
  utterances: z.number(),
  seconds: z.number(),
  speakers: z.record(z.string(), z.number()),
  speakerCount: z.number(),
  splits: z.record(z.string(), z.number()),
  untranscribed: z.number(),
  missing: z.array(z.strictObject({ recording: z.string(), utterances: z.number() })),
  missingCount: z.number(),
  notes: z.array(counted),
  leftOut: z.array(z.strictObject({ reason: z.string(), count: z.number(), first: z.array(setAside) })),
});

export const corpusProfile: z.ZodType<CorpusProfile> = z.strictObject({
  file: z.string(),
  graphemes: z.array(
    z.strictObject({
      grapheme: z.string(),
      count: z.number(),
      codePoints: z.string(),
      notes: z.array(z.enum(['multigraph', 'rare', 'other-script', 'mixed-forms', 'mark'])),
      places: z.array(z.string()),
    }),
  ),
  passedOver: z.number(),
});

const part = z.strictObject({
  utterances: z.number(),
  minutes: z.number(),
  speakers: z.record(z.string(), z.number()),
});

/** A rule of the split that can't be kept. */
export const relaxed = z.strictObject({
  code: z.enum([
    ...(['test-speakers-in-train', 'test-sessions-in-train', 'test-recordings-in-train'] as const),
    ...(['test-texts-in-train', 'dev-shares-speakers', 'dev-shares-recordings', 'dev-shares-texts'] as const),
    ...(['speakers-unknown', 'test-too-short', 'dev-too-short'] as const),
  ]),
  what: z.string(),
});

export const writtenSplit: z.ZodType<WrittenSplit> = z.strictObject({
  file: z.string(),
  published: z.boolean(),
  parts: z.strictObject({ train: part, dev: part, test: part }),
  trainings: z.array(part.extend({ asked: z.number() })),
  relaxed: z.array(relaxed),
  setAside: z.array(setAside),
});
