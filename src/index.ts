/**
 * The library, its main things. Each of its rooms has a door of its own, with more in it: `isogloss/corpus`,
 * `/dataset`, `/decode`, `/doctor`, `/encoder`, `/export`, `/formats`, `/json`, `/lm`, `/onnx`, `/recipe`, `/report`,
 * `/run`, `/score`, `/serve` and `/transcribe`. A door loads only what lies behind it.
 * @packageDocumentation
 */
export {
  auditCorpus,
  exportCorpus,
  fetchCorpus,
  importCorpus,
  loadManifest,
  readManifest,
  splitCorpus,
  writeManifest,
  type Audit,
  type FetchResult,
  type Split,
  type SplitRule,
  type Utterance,
} from './corpus/index.ts';
export { beamSearch, type BeamSearchOptions } from './decode/index.ts';
export { diagnoseMachine, type MachineDiagnosis } from './doctor/index.ts';
export {
  encoderOrigin,
  fetchEncoderFiles,
  inspectEncoder,
  listEncoders,
  type EncoderEntry,
  type EncoderOrigin,
  type FetchedEncoder,
  type Inspection,
} from './encoder/index.ts';
export { alignPairs, cer, score, scoreFiles, wer, type RateWithInterval, type Scores } from './evaluate/index.ts';
export { exportModel, type ExportFormat, type ExportResult } from './export/index.ts';
export { buildLanguageModel } from './lm/index.ts';
export { DEVICES, onMachine, type Device, type Machine, type MachineChoice } from './onnx/index.ts';
export { findRecipe, loadRecipe, recipeHash, recipeJsonSchema, type Recipe, type RecipeInput } from './recipe/index.ts';
export { compareRunFolders } from './report/index.ts';
export {
  adapt,
  checkRecipe,
  evaluateModels,
  newRecipe,
  reproduce,
  runRecipe,
  suggestEncoders,
  train,
  type AdaptResult,
  type EvaluateOptions,
  type Evaluation,
  type Metrics,
  type RunOptions,
  type RunResult,
  type Suggestion,
  type Suggestions,
  type TrainingFinding,
  type TrainOptions,
  type TrainProgress,
} from './run/index.ts';
export { InputError, IsoglossError, WorkError, type SetAside } from './support/errors.ts';
export type { JobOptions, Progress, Task } from './support/progress.ts';
export {
  Model,
  transcribe,
  transcribeInto,
  type RecordingInput,
  type Transcript,
  type TranscribeOptions,
} from './transcribe/index.ts';
