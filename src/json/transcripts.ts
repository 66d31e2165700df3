import { z } from 'zod';
import type { ExportResult } from '../export/index.ts';
import type { SetAside } from '../support/errors.ts';
import type { WrittenTranscript } from '../transcribe/index.ts';
import { files, setAside } from './shared.ts';

const span = { start: z.number(), end: z.number(), text: z.string() };

/** A line of `transcribe --format jsonl`, too. */
export const transcript: z.ZodType<WrittenTranscript> = z.strictObject({
  file: z.string(),
  text: z.string(),
  seconds: z.number(),
  segments: z.array(z.strictObject({ ...span, words: z.array(z.strictObject({ ...span, confidence: z.number() })) })),
  notes: z.array(z.string()).optional(),
  files: files.optional(),
});

export const transcripts: z.ZodType<{ transcripts: WrittenTranscript[]; setAside: SetAside[] }> = z.strictObject({
  transcripts: z.array(transcript),
  setAside: z.array(setAside),
});

export const exportResult: z.ZodType<ExportResult> = z.strictObject({
  format: z.enum(['transformers', 'onnx', 'sherpa', 'elan']),
  folder: z.string(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number() })),
});
