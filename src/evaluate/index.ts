/**
 * `isogloss/score`: error rates with intervals, what is confused with what, whether one system is better than another.
 */
export { type Step } from './align.ts';
export { BREAKDOWNS, breakDown, type Breakdown, type Group } from './breakdown.ts';
export { compareRuns, shownP, type Comparison, type Difference } from './compare.ts';
export { confusions, errorsByToken, type Confusion, type TokenErrors } from './confusions.ts';
export { SCLITE_COSTS, UNIT_COSTS, type Costs } from './costs.ts';
export { loadPairs, loadRun, type LoadedPairs } from './load.ts';
export { measures, type Measures } from './measures.ts';
export { cer, wer, type RateOptions, type RateWithInterval } from './rates.ts';
export { SCLITE_REPORTS, scliteReport, type ScliteReport } from './sclite/reports.ts';
export { alignPairs, score, type AlignedPair, type Pair, type Scores } from './score.ts';
export { scoreFiles, type FileScores, type ScoreFilesOptions } from './score-files.ts';
export { tokeniser, type Tokeniser, type TokenRule } from './tokens.ts';
