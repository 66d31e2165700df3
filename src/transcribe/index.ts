/** `isogloss/transcribe`: recordings, or samples, to text. */
export { Batch, type BatchOptions } from './batch/batch.ts';
export type { Estimate } from './batch/estimate.ts';
export type { Plan } from './batch/plan.ts';
export { parseShard, type Shard } from './batch/shard.ts';
export type { BatchSummary } from './batch/summary.ts';
export { watch, type WatchOptions } from './batch/watch.ts';
export type { WrittenTranscript } from './batch/write-behind.ts';
export type { TranscriptSegment } from './continuous-decoder.ts';
export { answerElan } from './elan-recogniser.ts';
export { Model, type RecordingInput } from './model.ts';
export { transcribeInto } from './transcribe-into.ts';
export { transcribe, type Transcript, type TranscribeOptions } from './transcribe.ts';
export { PRIORITIES, type Priority } from './queue/submit.ts';
export { work, type Worked, type WorkOptions } from './queue/work.ts';
