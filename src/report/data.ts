import type { Confidence } from '../evaluate/calibration.ts';
import type { Confusion } from '../evaluate/confusions.ts';
import type { AlignedPair, Scores } from '../evaluate/score.ts';
import type { SetAside } from '../support/errors.ts';

/** Everything that a report page shows. Rates are shares. What is absent is not shown. */
export interface ReportData {
  title: string;
  /** BCP 47. */
  language: string;
  /** ISO 8601. */
  createdAt: string;
  /** What CER counts, e.g. `graphemes`. */
  unit: string;
  /** Orthography profile: graphemes of more than one character. */
  profile?: readonly string[];
  /** The first row is the headline. */
  rows: { name: string; note: string; scores: Scores; baseline?: boolean }[];
  epochs: {
    epoch: number;
    train_loss: number;
    dev_loss: number;
    dev_cer: number;
    dev_wer?: number;
    learning_rate?: number;
    stage?: string;
  }[];
  /** All of the test split; some with their sound. */
  utterances: ReportUtterance[];
  /** Speakers of test that training has not heard. */
  newVoices?: readonly string[];
  /** Most frequent first. */
  confusions: Confusion[];
  /** What the words' confidences are worth on test. */
  confidence?: Confidence;
  layers?: { layer: number; weight: number }[];
  languageModel?: LanguageModelSurface;
  /** Label and value, as they are to be read. */
  costs: [string, string][];
  /** What went wrong in training, and what helps against it. */
  findings: { what: string; advice: string }[];
  setAside: SetAside[];
  /** Signs that the text rules took out of the transcripts, the most frequent first. */
  removed: { sign: string; codePoints: string; count: number; examples: { before: string; after: string }[] }[];
  recipe: string;
  sources: { title: string; licence: string; attribution: string; url?: string }[];
}

export interface ReportUtterance {
  pair: AlignedPair;
  speaker?: string;
  /** Speech level over noise floor. */
  snrDb?: number;
  /** The hypothesis's words; times in seconds, confidence from 0 to 1. */
  words?: { text: string; start: number; end: number; confidence?: number }[];
  audio?: { dataUri: string; peaks: number[] };
}

/** Error rate over a language model's weight (alpha) and the bonus a word (beta). */
export interface LanguageModelSurface {
  /** Where it was measured, e.g. `dev`. */
  measuredOn: string;
  alphas: number[];
  betas: number[];
  /** [alphas, betas] */
  cer: number[][];
  /** Often between the grid's points: finer steps are tried around its best. */
  chosen?: { alpha: number; beta: number; cer: number };
}

/** What a comparison needs of a run; a whole `ReportData` is one. */
export type ComparedRun = Pick<ReportData, 'title' | 'language' | 'createdAt' | 'unit' | 'rows' | 'utterances'> &
  Partial<Pick<ReportData, 'costs' | 'recipe'>>;

/** A difference between two runs, the second less the first. */
export interface Difference {
  /** E.g. `CER`. */
  name: string;
  value: number;
  interval?: [number, number];
  pValue?: number;
  /** How it was tested, in a few words. */
  note?: string;
}

/** What is known of two runs' differences. */
export interface Tested {
  differences: readonly Difference[];
  /** In words, of the runs as A and B. */
  verdict?: string;
}
