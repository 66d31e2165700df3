import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { setMaxListeners } from 'node:events';

export interface TakeOptions {
  /** Jobs at the same time. */
  atOnce: number;
  /** Milliseconds after which a worker that isn't heard of counts as gone, and another takes what it had. */
  stalledAfter: number;
  /** Workers that may be lost on one job before it counts as failed. */
  mostStalled: number;
  signal?: AbortSignal | undefined;
  /** Told once it can be asked. */
  onReady?: (() => void) | undefined;
}

/** Thrown by who answers: puts a job back, to be taken again later, also by others. */
export class NotNow extends Error {
  /** Milliseconds. */
  readonly later: number;

  constructor(later: number) {
    super('not now');
    this.later = later;
  }
}

/**
 * Takes jobs from a queue and answers, until it is stopped: then it ends what it has begun.
 * @param name of the queue
 * @param answer what it throws counts as a try that failed; {@link NotNow} counts as none
 */
export async function takeJobs<Data, Result>(
  client: Redis,
  name: string,
  answer: (job: { id: string; data: Data }) => Promise<Result>,
  { atOnce, stalledAfter, mostStalled, signal, onReady }: TakeOptions,
): Promise<void> {
  const { DelayedError, Worker } = await import('bullmq');
  const process = async (job: Job<Data, Result>, token?: string): Promise<Result> => {
    try {
      return await answer({ id: job.id!, data: job.data });
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
      await job.moveToDelayed(Date.now() + error.later, token);
      throw new DelayedError();
    }
  };
  const worker = new Worker<Data, Result>(name, process, {
    ...{ connection: client, concurrency: atOnce, maxStalledCount: mostStalled },
    ...{ lockDuration: stalledAfter, stalledInterval: stalledAfter },
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  onReady?.();
  await stopped(signal);
  await worker.close();
}

async function stopped(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  if (signal) setMaxListeners(0, signal);
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
