import { InputError } from '../support/errors.ts';
import { bootstrapInterval, type Counts } from './bootstrap.ts';
import { alignPairs, rate, tokenCounts, wordCounts, type AlignedPair } from './score.ts';
import { tokeniser } from './tokens.ts';

/** A rate and where it lies with 95 % confidence, by drawing utterances anew (Bisani & Ney 2004). */
export interface RateWithInterval {
  rate: number;
  ci95: [low: number, high: number];
}

export interface RateOptions {
  intervals?: boolean;
}

/**
 * Word error rate: insertions, deletions and substitutions over words of the references, a share and not percent.
 * @param references an utterance each, normalised as the hypotheses are
 * @throws InputError when there are not as many of one as of the other
 * @example wer(['the cat'], ['the bat']) // 0.5
 * @example wer(['the cat'], ['the bat'], { intervals: true }) // { rate: 0.5, ci95: [0.5, 0.5] }
 */
export function wer(
  references: readonly string[],
  hypotheses: readonly string[],
  options?: { intervals?: false },
): number;
export function wer(
  references: readonly string[],
  hypotheses: readonly string[],
  options: { intervals: true },
): RateWithInterval;
export function wer(
  references: readonly string[],
  hypotheses: readonly string[],
  { intervals = false }: RateOptions = {},
): number | RateWithInterval {
  return ofCounts(aligned(references, hypotheses, []).map(wordCounts), intervals);
}

/**
 * Grapheme error rate, where a word break counts as one.
 * @param options with `profile`: graphemes of more than one character, e.g. `['sch']`
 * @throws InputError when there are not as many of one as of the other
 * @example cer(['the cat'], ['the bat']) // 1 / 7
 */
export function cer(
  references: readonly string[],
  hypotheses: readonly string[],
  options?: { intervals?: false; profile?: readonly string[] },
): number;
export function cer(
  references: readonly string[],
  hypotheses: readonly string[],
  options: { intervals: true; profile?: readonly string[] },
): RateWithInterval;
export function cer(
  references: readonly string[],
  hypotheses: readonly string[],
  { intervals = false, profile = [] }: RateOptions & { profile?: readonly string[] } = {},
): number | RateWithInterval {
  return ofCounts(aligned(references, hypotheses, profile).map(tokenCounts), intervals);
}

function aligned(
  references: readonly string[],
  hypotheses: readonly string[],
  profile: readonly string[],
): AlignedPair[] {
  if (references.length !== hypotheses.length)
    throw new InputError(
      `${references.length} references and ${hypotheses.length} hypotheses`,
      'Give one hypothesis for each reference; where nothing was recognised, an empty one.',
    );
  const pairs = references.map((reference, i) => ({ id: String(i), reference, hypothesis: hypotheses[i]! }));
  return alignPairs(pairs, tokeniser({ unit: 'graphemes', profile }));
}

const ofCounts = (counts: readonly Counts[], intervals: boolean): number | RateWithInterval =>
  intervals ? { rate: rate(counts), ci95: bootstrapInterval(counts) } : rate(counts);
