/** `isogloss/transcribe`: recordings, or samples, to text. */
export type { TranscriptSegment } from './continuous-decoder.ts';
export { answerElan } from './elan-recogniser.ts';
export { Model, type RecordingInput } from './model.ts';
export { transcribeInto, type IntoOptions, type WrittenTranscript } from './transcribe-into.ts';
export { transcribe, type Transcript, type TranscribeOptions } from './transcribe.ts';
