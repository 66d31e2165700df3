import { alignTokens, type Alignment } from './align.ts';
import { bootstrapInterval } from './bootstrap.ts';

export interface Pair {
  id: string;
  /** Normalised text, words separated by single spaces. */
  reference: string;
  hypothesis: string;
  /** Length of the recording. */
  seconds?: number;
}

/** Every measure of one pair is read off these two alignments. */
export interface AlignedPair extends Pair {
  words: Alignment;
  referenceWords: string[];
  hypothesisWords: string[];
  tokens: Alignment;
  referenceTokens: string[];
  hypothesisTokens: string[];
  /** Errors over the reference's tokens; 1 where the reference is empty and the hypothesis is not. */
  cer: number;
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

/** @param tokens splits normalised text into the tokens that CER counts */
export function alignPairs(pairs: readonly Pair[], tokens: (text: string) => string[]): AlignedPair[] {
  return pairs.map((pair) => {
    const [referenceWords, hypothesisWords] = [wordsOf(pair.reference), wordsOf(pair.hypothesis)];
    const [referenceTokens, hypothesisTokens] = [tokens(pair.reference), tokens(pair.hypothesis)];
    const aligned = alignTokens(referenceTokens, hypothesisTokens);
    const cer = referenceTokens.length ? errorsOf(aligned) / referenceTokens.length : Math.min(1, hypothesisTokens.length);
    return { ...pair, words: alignTokens(referenceWords, hypothesisWords), referenceWords, hypothesisWords, tokens: aligned, referenceTokens, hypothesisTokens, cer };
  });
}

/** Word and token error rates with 95 % bootstrap intervals over utterances. */
export function score(pairs: readonly AlignedPair[]): Scores {
  const words = pairs.map((p) => ({ errors: errorsOf(p.words), total: p.referenceWords.length }));
  const tokens = pairs.map((p) => ({ errors: errorsOf(p.tokens), total: p.referenceTokens.length }));
  const points = pairs.map((p) => {
    const reference = [...p.reference];
    return { errors: errorsOf(alignTokens(reference, [...p.hypothesis])), total: reference.length };
  });
  const sum = (of: (pair: AlignedPair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    wer: rate(words),
    wer_ci95: bootstrapInterval(words),
    cer: rate(tokens),
    cer_ci95: bootstrapInterval(tokens),
    cer_codepoints: rate(points),
    substitutions: sum((p) => p.words.substitutions),
    deletions: sum((p) => p.words.deletions),
    insertions: sum((p) => p.words.insertions),
    words: sum((p) => p.referenceWords.length),
    utterances: pairs.length,
    seconds_audio: sum((p) => p.seconds ?? 0),
  };
}

export const errorsOf = (alignment: Alignment): number => alignment.substitutions + alignment.deletions + alignment.insertions;

export const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Errors over reference length. Without any reference: 0 when nothing was said to be there, else 1. */
export function rate(counts: readonly { errors: number; total: number }[]): number {
  const errors = counts.reduce((sum, c) => sum + c.errors, 0);
  const total = counts.reduce((sum, c) => sum + c.total, 0);
  return total > 0 ? errors / total : Math.min(1, errors);
}
