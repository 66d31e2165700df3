import type { Utterance } from '../utterance.ts';
import { follow, type Parts, type Wanted } from './plan.ts';
import type { Part, Spoken } from './spoken.ts';
import { unitsOf } from './units.ts';

/** Utterances' ids → the part that they are in. What is not listed stands in none. */
export interface PartList {
  parts: ReadonlyMap<string, Part>;
  /** Whether the first minutes of train are to be the first of the list; else they are drawn. */
  ordered: boolean;
}

/** The split of a corpus's publisher, as its manifest has it. */
export function publishedParts(utterances: readonly Pick<Utterance, 'id' | 'split'>[]): PartList | undefined {
  const parts = utterances.flatMap(({ id, split }) => (split ? [[id, split] as const] : []));
  return parts.length === 0 ? undefined : { parts: new Map(parts), ordered: false };
}

/** The parts as a list has them. A dev or test that the list lacks is drawn from its train. */
export function fixedParts<S extends Spoken>(
  entries: readonly S[],
  { parts, ordered }: PartList,
  wanted: Wanted,
): Parts<S> {
  const of = (part: Part): S[] => entries.filter(({ id }) => parts.get(id) === part);
  const given = { train: ordered ? inListOrder(of('train'), parts) : of('train'), dev: of('dev'), test: of('test') };
  if (given.dev.length > 0 && given.test.length > 0)
    return { ...given, train: ordered ? given.train : unitsOf(given.train, 'recording', wanted.seed).flat() };
  return follow({ test: 'recording', dev: 'recording', textsApart: true }, given.train, wanted, {
    ...(given.dev.length > 0 ? { dev: given.dev } : {}),
    ...(given.test.length > 0 ? { test: given.test } : {}),
  });
}

function inListOrder<S extends Spoken>(entries: S[], parts: ReadonlyMap<string, Part>): S[] {
  const place = new Map([...parts.keys()].map((id, i) => [id, i]));
  return entries.sort((a, b) => place.get(a.id)! - place.get(b.id)!);
}
