import type { AlignedPair } from '../score.ts';

/** A speaker's utterances and word counts, as sclite's reports need them. */
export interface Tally {
  speaker: string;
  pairs: AlignedPair[];
  correct: number;
  substituted: number;
  deleted: number;
  inserted: number;
  wrongUtterances: number;
}

/** Speakers in the order of their first utterance; utterances without one are of the speaker `unknown`. */
export function tallies(pairs: readonly AlignedPair[]): Tally[] {
  const bySpeaker = new Map<string, AlignedPair[]>();
  for (const pair of pairs) {
    const speaker = pair.speaker ?? 'unknown';
    const known = bySpeaker.get(speaker);
    if (known) known.push(pair);
    else bySpeaker.set(speaker, [pair]);
  }
  return Array.from(bySpeaker, ([speaker, own]) => tally(speaker, own));
}

export function tally(speaker: string, pairs: AlignedPair[]): Tally {
  const sum = (of: (pair: AlignedPair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    speaker,
    pairs,
    correct: sum((p) => p.words.hits),
    substituted: sum((p) => p.words.substitutions),
    deleted: sum((p) => p.words.deletions),
    inserted: sum((p) => p.words.insertions),
    wrongUtterances: pairs.filter((p) => p.words.hits < p.words.edits.length).length,
  };
}

export const referenceWordsOf = (t: Tally): number => t.correct + t.substituted + t.deleted;

export const errorsIn = (t: Tally): number => t.substituted + t.deleted + t.inserted;
