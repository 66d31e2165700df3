import type { Job, Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { messageOf } from '../support/errors.ts';
import { connected } from './connection.ts';
import { missWorkers } from './miss-workers.ts';

export interface AskOptions {
  /** Jobs that are waited for at the same time. */
  atOnce: number;
  /** As BullMQ counts it; what has none goes first. */
  priority?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Said where no worker is there. */
  noWorker: string;
}

/** Why the workers could not answer, however often they tried. */
export interface Failed {
  failed: string;
}

/** How often a worker's failure is answered by another try, and milliseconds until the first. */
const RETRIES = { attempts: 4, backoff: { type: 'exponential', delay: 1000 } };
/** Seconds that results wait for somebody who was killed. */
const KEPT = 24 * 3600;
/** Events may be missed where the server was away: so often one looks. */
const LOOK_MS = 5000;
/** What BullMQ says where it waited in vain, or where the job is not there: of no worker. */
const NOTHING_HEARD = /^Job wait [^]* timed out before finishing|^Missing key for job /;
/** Events that the server keeps, with the results in them. */
const EVENTS_KEPT = 256;

/** Who puts jobs into a queue, and waits for what workers (`takeJobs`) answer. */
export class Asker<Data, Result> {
  /** The connection to the server. */
  readonly client: Redis;
  private readonly queue: Queue<Data, Result, string, Data, Result, string>;
  private readonly events: QueueEvents;
  private readonly listening: Redis;
  private readonly options: AskOptions;
  private readonly under = new Map<string, Job<Data, Result>>();
  private readonly stopLooking: () => void;

  private constructor(
    queue: Queue<Data, Result, string, Data, Result, string>,
    events: QueueEvents,
    [client, listening]: [Redis, Redis],
    options: AskOptions,
  ) {
    [this.queue, this.events, this.client, this.listening] = [queue, events, client, listening];
    this.options = options;
    // Each job that is waited for listens.
    for (const one of [queue, events]) one.setMaxListeners(2 * options.atOnce);
    queue.on('error', () => {});
    events.on('error', () => {});
    this.stopLooking = missWorkers(queue, options.noWorker);
  }

  /**
   * @param name of the queue
   * @throws InputError when there is no server
   */
  static async open<Data, Result>(url: string, name: string, options: AskOptions): Promise<Asker<Data, Result>> {
    const { Queue: Jobs, QueueEvents: Events } = await import('bullmq');
    const [client, listening] = [await connected(url), await connected(url)];
    const queue = new Jobs<Data, Result, string, Data, Result, string>(name, {
      ...{ connection: client, streams: { events: { maxLen: EVENTS_KEPT } } },
    });
    return new Asker(queue, new Events(name, { connection: listening }), [client, listening], options);
  }

  /**
   * What workers answer. A job that is there already, done or not, is the one that is waited for: who was killed and
   * asks again loses nothing.
   * @param id of the job
   * @param name that people see on the board
   * @param dataOf is asked for again where the server has lost it
   */
  async ask(id: string, name: string, dataOf: () => Promise<Data>): Promise<Result | Failed> {
    const add = async (): Promise<Job<Data, Result>> => this.put(id, name, await dataOf());
    const result = await this.finished(await add(), add);
    this.under.delete(id);
    await this.queue.remove(id).catch(() => 0);
    return result;
  }

  /** Puts a job there that nobody waits for, and that may come to nothing. */
  async offer(name: string, data: Data): Promise<void> {
    await this.put(randomUUID(), name, data);
  }

  /** How many workers are there; none where the server doesn't say. */
  workers(): Promise<number> {
    return this.queue.getWorkersCount().catch(() => 0);
  }

  /** Takes back what nobody has begun; what somebody is at work on is there when it is asked for again. */
  async withdraw(): Promise<void> {
    await Promise.all([...this.under.values()].map((job) => job.remove().catch(() => {})));
    this.under.clear();
  }

  async close(): Promise<void> {
    this.stopLooking();
    await this.withdraw();
    await Promise.all([this.queue.close(), this.events.close()]).catch(() => {});
    for (const one of [this.client, this.listening]) one.disconnect();
  }

  private async put(id: string, name: string, data: Data): Promise<Job<Data, Result>> {
    const { signal, priority } = this.options;
    signal?.throwIfAborted();
    const job = await this.queue.add(name, data, {
      ...{ jobId: id, ...RETRIES, removeOnComplete: { age: KEPT }, removeOnFail: true },
      ...(priority === undefined ? {} : { priority }),
    });
    this.under.set(id, job);
    return job;
  }

  private async finished(first: Job<Data, Result>, add: () => Promise<Job<Data, Result>>): Promise<Result | Failed> {
    let job = first;
    for (;;) {
      try {
        return await job.waitUntilFinished(this.events, LOOK_MS);
      } catch (error) {
        this.options.signal?.throwIfAborted();
        const state = await job.getState().catch(() => 'unknown' as const);
        if (state === 'failed' || (state === 'unknown' && !NOTHING_HEARD.test(messageOf(error))))
          return { failed: `the workers failed: ${messageOf(error)}` };
        // A server that lost what it had in memory has lost the job with it.
        if (state === 'unknown') job = await add();
      }
    }
  }
}
