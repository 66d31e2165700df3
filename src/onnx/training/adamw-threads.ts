import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startThread, threadFile } from '../../support/threads.ts';
import { arraysOf, movedOf, type Carried, type Move } from './adamw-arithmetic.ts';
import type { Order, Report } from './adamw-thread.ts';
import type { Weights } from './compile.ts';

/**
 * Threads that AdamW's step is shared out among, parameter by parameter (decision 0033). Memory changes hands, nothing
 * is copied: the arrays in the maps are others after a step, with the same numbers as one thread would give.
 */
export class AdamWThreads {
  private readonly workers: readonly Worker[];
  /** Of each thread the parameters whose gradients it has. */
  private shares: string[][] = [];

  private constructor(workers: readonly Worker[]) {
    this.workers = workers;
    // They keep no program alive.
    for (const worker of workers) worker.unref();
  }

  static async start(count: number): Promise<AdamWThreads> {
    const file = threadFile(import.meta.url, 'adamw-thread');
    const started = await Promise.all(Array.from({ length: count }, () => startThread(file)));
    return new AdamWThreads(started.map(({ worker }) => worker));
  }

  /**
   * Gives the gradients to the threads, until `move` or `giveBack`.
   * @returns each one's sum of squares, in the order of the map
   */
  async take(gradients: Weights): Promise<number[]> {
    this.shares = shareOut(gradients, this.workers.length);
    const squares = new Map<string, number>();
    await this.each(async (worker, names) => {
      const given = names.map((name) => gradients.get(name) as Float32Array<ArrayBuffer>);
      const report = await ask(worker, { gradients: given }, given);
      if ('squares' in report) report.squares.forEach((sum, i) => squares.set(names[i]!, sum));
    });
    return [...gradients.keys()].map((name) => squares.get(name)!);
  }

  /** Moves each parameter by the gradient that was taken of it. @param moveOf how */
  async move(carried: Carried, gradients: Weights, moveOf: (name: string) => Move): Promise<void> {
    const { weights, mean, square } = carried;
    await this.each(async (worker, names) => {
      const given = names.map((name) => movedOf(carried, name));
      const report = await ask(worker, { moved: given, moves: names.map(moveOf) }, arraysOf(given));
      if (!('moved' in report)) return;
      names.forEach((name, i) => {
        gradients.set(name, report.gradients[i]!);
        weights.set(name, report.moved[i]!.weights);
        mean.set(name, report.moved[i]!.mean);
        square.set(name, report.moved[i]!.square);
      });
    });
  }

  /** Takes the gradients back, and moves nothing. */
  async giveBack(gradients: Weights): Promise<void> {
    await this.each(async (worker, names) => {
      const report = await ask(worker, { moved: [], moves: [] }, []);
      if ('gradients' in report) names.forEach((name, i) => gradients.set(name, report.gradients[i]!));
    });
  }

  async release(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async each(work: (worker: Worker, names: readonly string[]) => Promise<void>): Promise<void> {
    await Promise.all(this.workers.map((worker, i) => work(worker, this.shares[i]!)));
  }
}

/** The largest first, each to who has least. */
function shareOut(gradients: Weights, threads: number): string[][] {
  const shares = Array.from({ length: threads }, () => ({ names: [] as string[], size: 0 }));
  for (const [name, { length }] of [...gradients].sort(([, a], [, b]) => b.length - a.length)) {
    const least = shares.reduce((a, b) => (b.size < a.size ? b : a));
    least.names.push(name);
    least.size += length;
  }
  return shares.map(({ names }) => names);
}

/** @param given whose memory goes along */
async function ask(worker: Worker, order: Order, given: readonly Float32Array<ArrayBuffer>[]): Promise<Report> {
  worker.ref();
  worker.postMessage(
    order,
    given.map(({ buffer }) => buffer),
  );
  const [report] = (await once(worker, 'message')) as [Report];
  worker.unref();
  return report;
}
