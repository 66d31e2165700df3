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
  private readonly startedAt = performance.now();
  private readonly ticking: NodeJS.Timeout;
  private written: Promise<void> = Promise.resolve();

  private constructor(file: string, before: number) {
    this.file = file;
    this.before = before;
    this.ticking = setInterval(() => this.write(), TICK_MS).unref();
  }

  /** @param folder where it is written down, in `spent.json` */
  static async start(folder: string): Promise<JobClock> {
    const file = path.join(folder, 'spent.json');
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return new JobClock(file, (JSON.parse(text) as { seconds?: number }).seconds ?? 0);
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
