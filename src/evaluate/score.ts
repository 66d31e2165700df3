import { alignIds, codePointErrors, type Alignment } from './align.ts';
import { bootstrapIntervals, type Counts } from './bootstrap.ts';
import { UNIT_COSTS, type Costs } from './costs.ts';
import { Ids } from './ids.ts';
import { TokenNumbers } from './token-numbers.ts';
import { wordsOf, type Tokeniser } from './tokens.ts';
import { WordTable } from './word-table.ts';

export { wordsOf } from './tokens.ts';

export interface Pair {
  id: string;
  /** Normalised text, words separated by single spaces. */
  reference: string;
  hypothesis: string;
  /** Length of the recording. */
  seconds?: number;
  speaker?: string;
  /** Whether training has heard the speaker. */
  speakerSeen?: boolean;
  /** The recording. */
  file?: string;
  /** The tier that it was transcribed on. */
  tier?: string;
  /** Speech over noise, in dB. */
  snr?: number;
  /** The n best hypotheses, best first. */
  nbest?: readonly string[];
}

/** A pair and its two alignments: every measure is read off them. */
export class AlignedPair implements Pair {
  readonly id: string;
  readonly reference: string;
  readonly hypothesis: string;
  readonly seconds: number | undefined;
  readonly speaker: string | undefined;
  readonly speakerSeen: boolean | undefined;
  readonly file: string | undefined;
  readonly tier: string | undefined;
  readonly snr: number | undefined;
  readonly nbest: readonly string[] | undefined;
  readonly words: Alignment;
  readonly tokens: Alignment;
  private readonly split: (text: string) => string[];

  constructor(pair: Pair, words: Alignment, tokens: Alignment, split: (text: string) => string[]) {
    this.id = pair.id;
    this.reference = pair.reference;
    this.hypothesis = pair.hypothesis;
    this.seconds = pair.seconds;
    this.speaker = pair.speaker;
    this.speakerSeen = pair.speakerSeen;
    this.file = pair.file;
    this.tier = pair.tier;
    this.snr = pair.snr;
    this.nbest = pair.nbest;
    this.words = words;
    this.tokens = tokens;
    this.split = split;
  }

  /** Errors over the reference's tokens; 1 where the reference is empty and the hypothesis is not. */
  get cer(): number {
    return rate([tokenCounts(this)]);
  }

  /* Made anew at each call: kept for a test set of a million words, they would take most of its memory. */

  get referenceWords(): string[] {
    return wordsOf(this.reference);
  }

  get hypothesisWords(): string[] {
    return wordsOf(this.hypothesis);
  }

  get referenceTokens(): string[] {
    return this.split(this.reference);
  }

  get hypothesisTokens(): string[] {
    return this.split(this.hypothesis);
  }
}

/** Figures as `metrics.json` has them. Rates are shares, not percent. */
export interface Scores {
  wer: number;
  wer_ci95: [number, number];
  /** By the recipe's tokens: graphemes by its orthography profile. */
  cer: number;
  cer_ci95: [number, number];
  /** By Unicode code points, spaces counted, for comparison with other tools. */
  cer_codepoints: number;
  /** Of words. */
  substitutions: number;
  deletions: number;
  insertions: number;
  words: number;
  utterances: number;
  seconds_audio: number;
}

/**
 * @param tokens splits normalised text into the tokens that CER counts
 * @param costs what an edit costs: one each, as jiwer has it, unless told otherwise
 */
export function alignPairs(pairs: readonly Pair[], tokens: Tokeniser, costs: Costs = UNIT_COSTS): AlignedPair[] {
  const words = new WordTable();
  const graphemes = new TokenNumbers(tokens, words);
  const [said, heard, saidTokens, heardTokens] = [new Ids(), new Ids(), new Ids(), new Ids()];
  return pairs.map((pair) => {
    words.number(pair.reference, said);
    words.number(pair.hypothesis, heard);
    graphemes.number(pair.reference, said, saidTokens);
    graphemes.number(pair.hypothesis, heard, heardTokens);
    return new AlignedPair(
      pair,
      alignIds(said, heard, words.size, costs),
      alignIds(saidTokens, heardTokens, graphemes.size, costs),
      tokens,
    );
  });
}

/**
 * Word and token error rates with 95 % bootstrap intervals.
 * @param resample what a resample draws: utterances, or all utterances of a speaker together, where utterances of one
 * are alike
 */
export function score(pairs: readonly AlignedPair[], resample: 'utterance' | 'speaker' = 'utterance'): Scores {
  const words = pairs.map(wordCounts);
  const tokens = pairs.map(tokenCounts);
  const points = pairs.map((p) => codePointErrors(p.reference, p.hypothesis));
  const units =
    resample === 'speaker'
      ? [words, tokens].map((counts) =>
          summedBy(
            counts,
            pairs.map((p) => p.speaker ?? ''),
          ),
        )
      : [words, tokens];
  const [werInterval, cerInterval] = bootstrapIntervals(units) as [[number, number], [number, number]];
  const sum = (of: (pair: AlignedPair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    wer: rate(words),
    wer_ci95: werInterval,
    cer: rate(tokens),
    cer_ci95: cerInterval,
    cer_codepoints: rate(points),
    substitutions: sum((p) => p.words.substitutions),
    deletions: sum((p) => p.words.deletions),
    insertions: sum((p) => p.words.insertions),
    words: sum((p) => p.words.referenceLength),
    utterances: pairs.length,
    seconds_audio: sum((p) => p.seconds ?? 0),
  };
}

export const errorsOf = (alignment: Alignment): number =>
  alignment.substitutions + alignment.deletions + alignment.insertions;

export const wordCounts = (pair: AlignedPair): Counts => ({
  errors: errorsOf(pair.words),
  total: pair.words.referenceLength,
});

export const tokenCounts = (pair: AlignedPair): Counts => ({
  errors: errorsOf(pair.tokens),
  total: pair.tokens.referenceLength,
});

/** Errors over reference length. Without any reference: 0 when nothing was said to be there, else 1. */
export function rate(counts: readonly Counts[]): number {
  const errors = counts.reduce((sum, c) => sum + c.errors, 0);
  const total = counts.reduce((sum, c) => sum + c.total, 0);
  return total > 0 ? errors / total : Math.min(1, errors);
}

/** Counts of all units with the same key together, in the order of first appearance. */
export function summedBy(counts: readonly Counts[], keys: readonly string[]): Counts[] {
  const sums = new Map<string, Counts>();
  counts.forEach(({ errors, total }, i) => {
    const sum = sums.get(keys[i]!) ?? { errors: 0, total: 0 };
    sums.set(keys[i]!, { errors: sum.errors + errors, total: sum.total + total });
  });
  return [...sums.values()];
}
