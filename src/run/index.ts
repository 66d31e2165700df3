/** `isogloss/run`: the main job, from a corpus or from a recipe. */
export { adapt, type AdaptOptions, type AdaptResult } from './adapt/adapt.ts';
export { newRecipe, type NewRecipe, type NewRecipeOptions } from './adapt/new-recipe.ts';
export { aboutOf, writeAuditPage } from './audit-page.ts';
export { checkRecipe, describeMemory, describePreview, type CheckedRecipe } from './check-recipe.ts';
export { evaluateModels, type EvaluateOptions, type Evaluation, type ModelScores } from './evaluate/evaluate.ts';
export { EVALUATED_PARTS, type EvaluatedPart } from './evaluate/items.ts';
export type { TrainingFinding } from './findings/finding.ts';
export { reproduce, TOLERANCE, type Reproduction, type ReproduceOptions } from './reproduce/reproduce.ts';
export { archiveRun, type ArchiveOptions, type RunArchive } from './reproduce/archive.ts';
export type { EnvironmentChange } from './environment.ts';
export {
  clearCaches,
  listCaches,
  planClearing,
  verifyCaches,
  type CacheList,
  type ClearOptions,
  type Verified,
} from './caches/caches.ts';
export { CACHE_NAMES, CACHES, type CacheEntry, type CacheName } from '../support/cache-entries.ts';
export { cleanRuns, planCleaning, type CleanOptions, type Removal } from './runs/clean.ts';
export { compareManyRuns, type DifferingField, type RunsComparison } from './runs/compare.ts';
export type { SeedGroup, SeedVerdict } from './runs/seeds.ts';
export { writeMlflow } from './runs/mlflow.ts';
export { scalarsAsCsv, scalarsOf, writeTensorboard } from './runs/scalars.ts';
export type { Scalar } from '../formats/tfevents.ts';
export { writeRunsPage } from './runs/page.ts';
export { RUN_STATES, type RunLock, type RunState } from './runs/run-folder.ts';
export { showRun, type ShownRun } from './runs/show.ts';
export { listRuns, type RunSummary } from './runs/summary.ts';
export { workOnRuns, type RunsWorked, type RunWorkOptions } from './queue/work.ts';
export { runRecipe, type RunOptions } from './run.ts';
export type { Metrics, RunResult } from './result.ts';
export { findSuspects, type Suspect, type SuspectOptions, type Suspicion } from './suspects/suspects.ts';
export { suggestEncoders, type Suggestion, type Suggestions } from './suggest-encoders.ts';
export { learningCurve, type Curve, type CurveOptions, type CurvePoint } from './vary/curve.ts';
export type { Raced } from './vary/heats.ts';
export { raceVariants, type Race, type RaceOptions } from './vary/race.ts';
export { gridOf, readSweep, type Swept } from './vary/variants.ts';
export { varyRecipe, type Variant, type VariantRun, type Variants, type VaryOptions } from './vary/vary.ts';
export { train, type TrainOptions, type TrainProgress } from './train.ts';
