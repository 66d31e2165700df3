import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeJson } from '../../support/files.ts';

const TICK_MS = 1000;

/**
 * How long a job has taken, all its processes together. It is written down every second: one that is killed forgets no
 * more than that.
 */
export class JobClock {
  private readonly file: string;
  private readonly before: number;
  private readonly startedAt: number;
  private readonly ticking: NodeJS.Timeout;
  private written: Promise<void> = Promise.resolve();

  private constructor(file: string, before: number, startedAt: number) {
    this.file = file;
    this.startedAt = startedAt;
    this.before = before;
    this.ticking = setInterval(() => this.write(), TICK_MS).unref();
  }

  /**
   * @param folder where it is written down, in `spent.json`
   * @param began when this process began with the job, as `performance.now()` has it
   */
  static async start(folder: string, began: number): Promise<JobClock> {
    const file = path.join(folder, 'spent.json');
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return new JobClock(file, (JSON.parse(text) as { seconds?: number }).seconds ?? 0, began);
  }

  get seconds(): number {
    return this.before + (performance.now() - this.startedAt) / 1000;
  }

  async stop(): Promise<void> {
    clearInterval(this.ticking);
    this.write();
    await this.written;
  }

  private write(): void {
    // A full disk is told by whatever else is written.
    this.written = this.written.then(() => writeJson(this.file, { seconds: this.seconds })).catch(() => {});
  }
}
