import { secondsOf, type Spoken } from './spoken.ts';

/**
 * A last unit is cut where that loses less than this share of all speech; the next in order, whatever comes after, if
 * it is tiny.
 */
const [SMALL_LOSS, TINY] = [0.1, 0.01];

export interface Draw<S> {
  /** Seconds of speech, overshot by one utterance at most. */
  wanted: number;
  /** Utterances that have to be left for other parts. */
  leave: number;
  /** Those of a unit that may stand in the part. */
  usable: (unit: readonly S[]) => S[];
  taken: (entries: readonly S[]) => void;
}

/**
 * Draws units in their order until the part is long enough. A unit that is too long for what is wanted is passed over;
 * where no other is left, the shortest is cut, and what is left of it can stand in no other part.
 * @returns the part, and the units that it has not touched
 */
export function draw<S extends Spoken>(
  units: readonly S[][],
  { wanted, leave, usable, taken }: Draw<S>,
): { part: S[]; left: S[][] } {
  const part: S[] = [];
  let seconds = 0;
  let remaining = units.reduce((sum, unit) => sum + unit.length, 0);
  const all = units.reduce((sum, unit) => sum + secondsOf(unit), 0);
  const take = (unit: readonly S[], entries: readonly S[]): void => {
    let count = 0;
    for (const entry of entries) {
      if (seconds >= wanted) break;
      seconds += entry.seconds;
      count++;
    }
    const added = entries.slice(0, count);
    for (const entry of added) part.push(entry);
    taken(added);
    remaining -= unit.length;
  };

  const passed = new Set<S[]>();
  for (const unit of units) {
    const entries = seconds < wanted && remaining - unit.length >= leave ? usable(unit) : [];
    const goes = fits(entries, wanted - seconds) || secondsOf(unit) <= TINY * all;
    if (entries.length > 0 && goes) take(unit, entries);
    else passed.add(unit);
  }
  for (const unit of [...passed].sort((a, b) => secondsOf(a) - secondsOf(b))) {
    if (seconds >= wanted) break;
    if (remaining - unit.length < leave) continue;
    const entries = usable(unit);
    const loss = secondsOf(unit) - (wanted - seconds);
    if (entries.length === 0 || (seconds >= wanted / 2 && loss > SMALL_LOSS * all)) continue;
    passed.delete(unit);
    take(unit, entries);
  }
  return { part, left: units.filter((unit) => passed.has(unit)) };
}

/** Whether all of it but the last utterance lies within what is still wanted. */
const fits = (entries: readonly Spoken[], seconds: number): boolean =>
  secondsOf(entries) - (entries.at(-1)?.seconds ?? 0) < seconds;
