import path from 'node:path';
import { InputError } from '../support/errors.ts';
import { breakDown, type Breakdown, type Group } from './breakdown.ts';
import { confusions, errorsByToken, type Confusion, type TokenErrors } from './confusions.ts';
import { SCLITE_COSTS } from './costs.ts';
import { loadPairs, loadRun, type LoadedPairs } from './load.ts';
import { measures, type Measures } from './measures.ts';
import { scliteReport, type ScliteReport } from './sclite/reports.ts';
import { alignPairs, score, type Scores } from './score.ts';
import { tokeniser } from './tokens.ts';

const MOST_CONFUSED = 10;

export interface ScoreFilesOptions {
  /** The folder of a run, or a `hypotheses.jsonl`. */
  run?: string | undefined;
  /** Instead of a run: references, and hypotheses. */
  ref?: string | undefined;
  hyp?: string | undefined;
  /** Of a run; `test` by default. */
  split?: 'test' | 'dev';
  /** What CER counts; what the run's recipe says by default, else graphemes. */
  unit?: 'graphemes' | 'phones' | undefined;
  /** Also the scores of each speaker, recording, … */
  by?: Breakdown | undefined;
  /** What the intervals draw: utterances by default; speakers where there are many. */
  resample?: 'utterance' | 'speaker';
  /** A report of sclite, too, counted with sclite's weights. */
  report?: ScliteReport | undefined;
}

export interface FileScores {
  unit: 'graphemes' | 'phones';
  scores: Scores & Measures;
  groups?: Group[];
  confusions: { words: Confusion[]; tokens: Confusion[] };
  errors: { words: TokenErrors[]; tokens: TokenErrors[] };
  report?: string;
}

/**
 * Counts the errors of a run's hypotheses, or of a file of hypotheses against one of references: TRN, JSONL (by id),
 * STM with CTM (by time), anything else as a line an utterance.
 * @throws InputError when neither or both are named, for bad files, or when a record lacks the speaker that is asked
 * for
 * @example
 * const { scores } = await scoreFiles({ ref: 'ref.trn', hyp: 'hyp.trn' });
 * console.log(scores.wer, scores.wer_ci95);
 */
export async function scoreFiles(options: ScoreFilesOptions): Promise<FileScores> {
  const { run, ref, hyp, split = 'test', by, resample = 'utterance', report } = options;
  if ((run === undefined) === (ref === undefined || hyp === undefined))
    throw new InputError('name either a run or --ref and --hyp', 'See isogloss score --help.');
  const loaded = run === undefined ? await loadTwoFiles(ref!, hyp!) : await loadRun(run, split);
  const rule = { ...loaded.rule, unit: options.unit ?? loaded.rule.unit };
  const tokens = tokeniser(rule);
  const aligned = alignPairs(loaded.pairs, tokens);
  if (resample === 'speaker' && aligned.some((pair) => pair.speaker === undefined))
    throw new InputError('not every record has a speaker', 'Give each record a speaker, or draw by utterance.');
  const title = path.basename(run ?? hyp!);
  return {
    unit: rule.unit,
    scores: { ...score(aligned, resample), ...measures(aligned) },
    groups: by && breakDown(aligned, by),
    confusions: {
      words: confusions(aligned, MOST_CONFUSED, 'words'),
      tokens: confusions(aligned, MOST_CONFUSED, 'tokens'),
    },
    errors: {
      words: errorsByToken(aligned, 'words').slice(0, MOST_CONFUSED),
      tokens: errorsByToken(aligned, 'tokens'),
    },
    report: report && scliteReport(report, alignPairs(loaded.pairs, tokens, SCLITE_COSTS), title),
  };
}

async function loadTwoFiles(ref: string, hyp: string): Promise<LoadedPairs> {
  return { pairs: await loadPairs(ref, hyp), rule: { unit: 'graphemes', profile: [] } };
}
