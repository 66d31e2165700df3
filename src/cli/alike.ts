import { groupSetAside } from '../support/set-aside.ts';
import type { SetAside } from '../support/errors.ts';
import { oneLine } from './printable.ts';

/** What was left out, or found, summed up by reason: a line each. */
export function alikeLines(items: readonly SetAside[], most: number): string[] {
  const groups = groupSetAside(items);
  const lines = groups
    .slice(0, most)
    .map(({ count, reason, first }) =>
      count === 1
        ? `${oneLine(first)}: ${oneLine(reason)}`
        : `${count} × ${oneLine(reason)} (first: ${oneLine(first)})`,
    );
  return groups.length > most ? [...lines, `… and ${groups.length - most} reasons more: see --json`] : lines;
}
