/** The library: what the commands use, and no more. */
export { auditCorpus, type Audit } from './corpus/audit.ts';
export { fetchCorpus, type FetchResult } from './corpus/fetch.ts';
export { loadManifest, readManifest, writeManifest } from './corpus/manifest.ts';
export { splitCorpus, type Split, type SplitRule } from './corpus/split.ts';
export type { Utterance } from './corpus/utterance.ts';
export { listEncoders, type EncoderEntry } from './encoder/list.ts';
export { encoderOrigin, type EncoderOrigin } from './encoder/origin.ts';
export { alignPairs, score, type Scores } from './evaluate/score.ts';
export { exportModel, type ExportFormat, type ExportResult } from './model/export.ts';
export { Model } from './model/model.ts';
export { loadRecipe, recipeHash } from './recipe/load.ts';
export { recipeJsonSchema, type Recipe } from './recipe/schema.ts';
export { InputError, IsoglossError, WorkError, type SetAside } from './support/errors.ts';
export type { Progress, Task } from './support/progress.ts';
export type { TrainingFinding } from './train/diagnose.ts';
export { runRecipe, type Metrics, type RunResult } from './train/run.ts';
export { transcribe, type Transcript } from './transcribe/transcribe.ts';
