import { Refusal } from './refusal.ts';

/** So many requests at once, and no more: those beyond are told when to come again. */
export class Places {
  private taken = 0;
  /** Seconds that a request took, of late. */
  private usual = 1;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get inWork(): number {
    return this.taken;
  }

  /**
   * @returns gives the place back; to call it again does nothing
   * @throws Refusal 429 when all are taken
   */
  take(): () => void {
    if (this.taken >= this.most)
      throw new Refusal(429, 'too_many_requests', `${this.most} recordings are being transcribed: try again later`, {
        retryAfter: Math.ceil(Math.max(1, this.usual)),
      });
    this.taken++;
    const since = performance.now();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.taken--;
      this.usual += ((performance.now() - since) / 1000 - this.usual) / 8;
    };
  }
}
