/** What a page hands its client: columns rather than records, so that 100,000 utterances stay small and open fast. */
export interface Payload {
  /** What CER counts. */
  unit: string;
  /** BCP 47, of the text shown. */
  language: string;
  /** Orthography profile: graphemes of more than one character. */
  profile: string[];
  /** `null` where a value is not a number. */
  epochs: EpochPoint[];
  utterances: UtteranceColumns;
  /** Reference token → how often it stands in the references. */
  tokens: [token: string, count: number][];
  /** Kinds of token error with their counts, most frequent first; `edits` refers to them. Empty for nothing. */
  confusions: [reference: string, hypothesis: string, count: number][];
}

export interface EpochPoint {
  epoch: number;
  train_loss: number | null;
  dev_loss: number | null;
  dev_cer: number | null;
  dev_wer?: number | null;
  learning_rate?: number | null;
  /** Where a run has several. */
  stage?: string;
}

/** An utterance is an index into all of these. */
export interface UtteranceColumns {
  ids: string[];
  references: string[];
  /** One side a run: two on a page that compares. */
  sides: Side[];
  /** Reference tokens. */
  tokens: number[];
  seconds?: (number | null)[];
  snr?: (number | null)[];
  speakers?: { names: string[]; of: number[] };
  /** Index → loudest sample of each stretch, 0 to 1; the sound itself is in `audio-<index>`. */
  waveforms: [index: number, peaks: number[]][];
}

export interface Side {
  name: string;
  hypotheses: string[];
  /** Token errors. */
  errors: number[];
  /** Word alignment, a letter a step: `=` equal, `s`ubstituted, `d`eleted, `i`nserted. */
  words: string[];
  /** Token errors as indices of `Payload.confusions`; only on a page of one run. */
  edits?: number[][];
  /** Index → hypothesis words with start and end in seconds and confidence from 0 to 1. */
  times?: [index: number, words: [text: string, start: number, end: number, confidence: number | null][]][];
}
