import { z } from 'zod';
import type { ExportResult } from '../export/index.ts';
import type { RunsWorked } from '../run/index.ts';
import type { Board, Service } from '../serve/index.ts';
import type { SetAside } from '../support/errors.ts';
import type { BatchSummary, Estimate, Worked, WrittenTranscript } from '../transcribe/index.ts';
import { files, setAside } from './shared.ts';

const span = { start: z.number(), end: z.number(), text: z.string() };

/** A line of `transcribe --format jsonl`, too. */
export const transcript: z.ZodType<WrittenTranscript> = z.strictObject({
  file: z.string(),
  text: z.string(),
  seconds: z.number(),
  segments: z.array(z.strictObject({ ...span, words: z.array(z.strictObject({ ...span, confidence: z.number() })) })),
  unlike: z.number().optional(),
  notes: z.array(z.string()).optional(),
  files: files.optional(),
});

/** What came of files that were written. */
export const summary: z.ZodType<BatchSummary> = z.strictObject({
  recordings: z.number(),
  seconds: z.number(),
  elapsed: z.number(),
  done: z.number(),
  failed: z.array(z.strictObject({ reason: z.string(), count: z.number() })),
  journal: z.string().optional(),
});

/** With --dry-run. */
const estimate: z.ZodType<Estimate> = z.strictObject({
  recordings: z.number(),
  seconds: z.number(),
  unknown: z.number(),
  speed: z.number().optional(),
  elapsed: z.number().optional(),
  done: z.number(),
  setAside: z.array(setAside),
});

export const transcripts: z.ZodType<{
  transcripts: WrittenTranscript[];
  setAside: SetAside[];
  summary?: BatchSummary | undefined;
  estimate?: Estimate | undefined;
}> = z.strictObject({
  transcripts: z.array(transcript),
  setAside: z.array(setAside),
  summary: summary.optional(),
  estimate: estimate.optional(),
});

/** What `worker` prints when it was stopped. */
export const worked: z.ZodType<Worked | RunsWorked> = z.union([
  z.strictObject({ recordings: z.number(), seconds: z.number(), setAside: z.number() }),
  z.strictObject({ runs: z.array(z.string()) }),
]);

export const exportResult: z.ZodType<ExportResult> = z.strictObject({
  format: z.enum(['transformers', 'onnx', 'sherpa', 'elan', 'web']),
  folder: z.string(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number() })),
});

/** What `serve` prints once it is ready. */
export const serviceAddress: z.ZodType<Pick<Service, 'address' | 'models'>> = z.strictObject({
  address: z.string(),
  models: z.array(z.string()),
});

/** What `queue board` prints once it is there. */
export const boardAddress: z.ZodType<Pick<Board, 'address'>> = z.strictObject({ address: z.string() });
