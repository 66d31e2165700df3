import { breakDown, type Group } from './breakdown.ts';
import { score, type AlignedPair, type Scores } from './score.ts';

/** Scores by who speaks. A voice that training has heard says little of how a new one will do. */
export interface SpeakerScores {
  /** All speakers together that training has heard; not there where none of them is tested. */
  seen?: Scores;
  /** All that it hasn't. */
  unseen?: Scores;
  each: (Group & { seen: boolean })[];
}

/**
 * @param heard speakers of the training
 * @returns undefined where no speaker is known
 * @example scoreSpeakers(pairs, new Set(['ana', 'bea']))?.unseen?.cer
 */
export function scoreSpeakers(pairs: readonly AlignedPair[], heard: ReadonlySet<string>): SpeakerScores | undefined {
  const known = pairs.filter(({ speaker }) => speaker !== undefined);
  if (known.length === 0) return undefined;
  const seen = known.filter(({ speaker }) => heard.has(speaker!));
  const unseen = known.filter(({ speaker }) => !heard.has(speaker!));
  return {
    ...(seen.length > 0 && { seen: score(seen) }),
    ...(unseen.length > 0 && { unseen: score(unseen) }),
    each: breakDown(known, 'speaker').map((group) => ({ ...group, seen: heard.has(group.group) })),
  };
}
