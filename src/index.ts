/**
 * The library. Besides this, `isogloss/score`, `isogloss/decode`, `isogloss/lm`, `isogloss/formats` and `isogloss/onnx`.
 * @packageDocumentation
 */
export { auditCorpus, type Audit } from './corpus/audit.ts';
export { fetchCorpus, type FetchResult } from './corpus/fetch/fetch.ts';
export { loadManifest, readManifest, writeManifest } from './corpus/manifest.ts';
export { splitCorpus, type Split, type SplitRule } from './corpus/split/split.ts';
export type { Utterance } from './corpus/utterance.ts';
export { beamSearch, type BeamSearchOptions } from './decode/decode.ts';
export { fetchEncoderFiles, type FetchedEncoder } from './encoder/fetch.ts';
export { inspectEncoder, type Inspection } from './encoder/inspect.ts';
export { listEncoders, type EncoderEntry } from './encoder/list.ts';
export { encoderOrigin, type EncoderOrigin } from './encoder/origin.ts';
export { cer, wer, type RateWithInterval } from './evaluate/rates.ts';
export { alignPairs, score, type Scores } from './evaluate/score.ts';
export { exportModel, type ExportFormat, type ExportResult } from './export/export.ts';
export { DEVICES, type Device } from './onnx/runtime/device.ts';
export { onMachine, type Machine, type MachineChoice } from './onnx/runtime/machine.ts';
export { findRecipe } from './recipe/find.ts';
export { recipeHash } from './recipe/hash.ts';
export { loadRecipe } from './recipe/load.ts';
export { recipeJsonSchema, type Recipe, type RecipeInput } from './recipe/schema.ts';
export { InputError, IsoglossError, WorkError, type SetAside } from './support/errors.ts';
export type { Progress, Task } from './support/progress.ts';
export type { TrainingFinding } from './run/findings.ts';
export { suggestEncoders, type Suggestion, type Suggestions } from './run/suggest-encoders.ts';
export { runRecipe, type Metrics, type RunOptions, type RunResult } from './run/run.ts';
export { train, type TrainOptions, type TrainProgress } from './run/train.ts';
export { Model, type RecordingInput } from './transcribe/model.ts';
export { transcribe, type Transcript, type TranscribeOptions } from './transcribe/transcribe.ts';
