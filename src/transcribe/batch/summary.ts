import type { SetAside } from '../../support/errors.ts';
import { kindOf } from '../../support/set-aside.ts';
import type { Plan } from './plan.ts';
import type { WrittenTranscript } from './write-behind.ts';

/** What came of a batch. */
export interface BatchSummary {
  /** That were transcribed now. */
  recordings: number;
  /** Of sound in them. */
  seconds: number;
  /** That it took, without loading the model. */
  elapsed: number;
  /** Recordings of which everything had been written before. */
  done: number;
  /** What was set aside, by reason. */
  failed: { reason: string; count: number }[];
  journal?: string;
}

/** Counts as a batch goes on. */
export class Tally {
  private readonly counts = { recordings: 0, seconds: 0, done: 0 };
  private readonly failed = new Map<string, { reason: string; count: number }>();
  private heard = 0;
  /** Milliseconds, as `performance.now` counts them. */
  private began: number | undefined;
  private last = 0;

  planned({ done }: Plan): void {
    this.counts.done += done;
  }

  begin(): void {
    this.began ??= performance.now();
    this.last = performance.now();
  }

  /** @returns what there is to say of it while it goes on */
  hear(seconds: number): string {
    this.heard += seconds;
    this.last = performance.now();
    return `${(this.heard / 60).toFixed(1)} minutes heard, ${(this.heard / this.elapsed).toFixed(1)} × real time`;
  }

  count(item: WrittenTranscript | SetAside): void {
    if (this.began !== undefined) this.last = performance.now();
    if ('reason' in item) {
      const kind = kindOf(item.reason);
      const group = this.failed.get(kind) ?? { reason: item.reason, count: 0 };
      this.failed.set(kind, { ...group, count: group.count + 1 });
    } else {
      this.counts.recordings++;
      this.counts.seconds += item.seconds;
    }
  }

  get summary(): BatchSummary {
    const failed = [...this.failed.values()].sort((a, b) => b.count - a.count);
    return { ...this.counts, elapsed: this.elapsed, failed };
  }

  private get elapsed(): number {
    return this.began === undefined ? 0 : (this.last - this.began) / 1000;
  }
}
