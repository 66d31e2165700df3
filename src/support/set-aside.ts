import path from 'node:path';
import type { SetAside } from './errors.ts';

/** What was left out for one reason. */
export interface SetAsideGroup {
  reason: string;
  code?: string;
  count: number;
  /** The first of them: its file where the reason lies there, else its id. */
  first: string;
}

/**
 * Sums up what was left out by reason, the most frequent first. Reasons that differ only in figures and quoted names
 * are one.
 * @example
 * groupSetAside([{ item: 'a', reason: 'no such file' }, { item: 'b', reason: 'no such file' }])
 * // [{ reason: 'no such file', count: 2, first: 'a' }]
 */
export function groupSetAside(setAside: readonly SetAside[]): SetAsideGroup[] {
  const groups = new Map<string, SetAsideGroup>();
  for (const { item, reason, code, place } of setAside) {
    const key = code ?? kindOf(reason);
    const group = groups.get(key);
    if (group) group.count++;
    else {
      const first = place?.file !== undefined && place.line === undefined ? path.basename(place.file) : item;
      groups.set(key, { reason, ...(code === undefined ? {} : { code }), count: 1, first });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** In one line: `57 no such file (first: a.wav), 3 …`. */
export function describeSetAside(setAside: readonly SetAside[]): string {
  return groupSetAside(setAside)
    .map(({ reason, count, first }) => `${count} ${reason} (first: ${first})`)
    .join(', ');
}

/** A reason without what is particular to one item. */
export const kindOf = (reason: string): string =>
  reason.replace(/“[^”]*”|"[^"]*"|'[^']*'/g, '“”').replace(/\d+([.,]\d+)*/g, '0');
