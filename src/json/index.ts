/** `isogloss/json`: what each command prints with `--json`, as zod schemas. */
import { z } from 'zod';
import { cacheList, clearedCache, verifiedCache } from './cache.ts';
import { audit } from './audit.ts';
import { corpusExport, corpusProfile, fetchResult, importedCorpus, writtenSplit } from './corpus.ts';
import { encoderEntries, fetchedEncoder, inspection, suggestions } from './encoder.ts';
import { buildResult, perplexity } from './language-model.ts';
import { machineDiagnosis } from './machine.ts';
import { checkedRecipe } from './recipe.ts';
import { adaptResult, evaluation, newRecipe } from './run.ts';
import {
  cleanedRuns,
  curve,
  reproduction,
  runArchive,
  runList,
  runOutput,
  runScalars,
  runsComparison,
  shownRun,
} from './runs.ts';
import { comparison, fileScores } from './scores.ts';
import { boardAddress, exportResult, serviceAddress, transcripts, worked } from './transcripts.ts';

export { metrics } from './run.ts';
export { transcript } from './transcripts.ts';

/**
 * By command: what it prints when it is done (exit code 0), or done but for what was set aside (3).
 * @example
 * const { stdout } = await execa('isogloss', ['doctor', '--json']);
 * const { findings } = outputs.doctor.parse(JSON.parse(stdout));
 */
export const outputs = {
  adapt: adaptResult,
  'cache clear': clearedCache,
  'cache list': cacheList,
  'cache verify': verifiedCache,
  compare: comparison,
  'corpus audit': audit,
  'corpus export': corpusExport,
  'corpus fetch': fetchResult,
  'corpus import': importedCorpus,
  'corpus profile': corpusProfile,
  'corpus split': writtenSplit,
  curve,
  doctor: machineDiagnosis,
  'encoder fetch': fetchedEncoder,
  'encoder inspect': inspection,
  'encoder list': encoderEntries,
  'encoder suggest': suggestions,
  evaluate: evaluation,
  export: exportResult,
  'lm build': buildResult,
  'lm perplexity': perplexity,
  'queue board': boardAddress,
  'recipe check': checkedRecipe,
  'recipe new': newRecipe,
  reproduce: reproduction,
  run: runOutput,
  'runs archive': runArchive,
  'runs clean': cleanedRuns,
  'runs compare': runsComparison,
  'runs list': runList,
  'runs scalars': runScalars,
  'runs show': shownRun,
  score: fileScores,
  serve: serviceAddress,
  transcribe: transcripts,
  worker: worked,
};

/** What any command prints instead when it fails (exit code 1) or was given something wrong (2). */
export const failure = z.strictObject({
  error: z.strictObject({
    what: z.string(),
    next: z.string().optional(),
    file: z.string().optional(),
    line: z.number().optional(),
  }),
});
