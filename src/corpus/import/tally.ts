import type { SetAside } from '../../support/errors.ts';
import { HashedNumbers } from './hashed-numbers.ts';

/** What was left out for one reason. */
export interface LeftOut {
  reason: string;
  count: number;
  /** The first of them. */
  first: SetAside[];
}

const SHOWN = 10;
/** Missing recordings that are called by name; the rest is counted. */
const MOST_MISSING = 10_000;

/** Counts what happened on the way: of 700,000 rows no list is kept of those that were left out. */
export class Tally {
  private readonly reasons = new Map<string, LeftOut>();
  private readonly lost = new Map<string, number>();
  private readonly told = new Map<string, number>();
  private readonly unnamed = new HashedNumbers();
  untranscribed = 0;

  setAside(item: SetAside, reason = item.reason): void {
    const known = this.reasons.get(reason);
    if (!known) this.reasons.set(reason, { reason, count: 1, first: [item] });
    else if (++known.count <= SHOWN) known.first.push(item);
  }

  missing(recording: string): void {
    const known = this.lost.get(recording);
    if (known !== undefined || this.lost.size < MOST_MISSING) this.lost.set(recording, (known ?? 0) + 1);
    else this.unnamed.set(recording, 1);
  }

  note(what: string, count = 1): void {
    this.told.set(what, (this.told.get(what) ?? 0) + count);
  }

  get leftOut(): LeftOut[] {
    return [...this.reasons.values()].sort((a, b) => b.count - a.count);
  }

  get missingCount(): number {
    return this.lost.size + this.unnamed.size;
  }

  /** Each recording that isn't there, once, with the number of its utterances; of more than ten thousand, the first. */
  get missingRecordings(): { recording: string; utterances: number }[] {
    return Array.from(this.lost, ([recording, utterances]) => ({ recording, utterances }));
  }

  get notes(): { what: string; count: number }[] {
    return Array.from(this.told, ([what, count]) => ({ what, count }));
  }
}
