import type { Job as QueueJob, Queue, QueueEvents } from 'bullmq';
import path from 'node:path';
import { messageOf, type SetAside } from '../../support/errors.ts';
import { sha256 } from '../../support/files.ts';
import { prefetch } from '../../support/prefetch.ts';
import type { Job } from '../batch/plan.ts';
import type { TranscribeOptions, Transcript } from '../transcribe.ts';
import { connected, queueName } from './connection.ts';
import type { QueuedRecording, QueuedResult } from './job.ts';

type Queued = QueueJob<QueuedRecording, QueuedResult>;

/** Jobs that lie in the queue or are being done, of one batch: enough for many workers. */
const IN_FLIGHT = 256;
/** How often a worker's failure is answered by another try, and milliseconds until the first. */
const RETRIES = { attempts: 4, backoff: { type: 'exponential', delay: 1000 } };
/** Seconds that results wait for a batch that was killed. */
const KEPT = 24 * 3600;
/** Events may be missed where the server was away: so often one looks. */
const LOOK_MS = 5000;

/**
 * Has recordings transcribed by whoever takes them from a queue (`work`), in order. A recording's job has the same name
 * whenever it is submitted: a batch that was killed finds its jobs again, done or not.
 * @param by which model and sound
 * @throws InputError when there is no server
 */
export async function* transcribedByQueue(
  url: string,
  by: string,
  jobs: readonly Job[],
  { track, channel, signal }: TranscribeOptions,
): AsyncGenerator<{ job: Job; item: Transcript | SetAside }> {
  const { Queue: Jobs, QueueEvents: Events } = await import('bullmq');
  const [client, listening] = [await connected(url), await connected(url)];
  const queue: Queue<QueuedRecording, QueuedResult> = new Jobs(queueName(by), { connection: client });
  const events = new Events(queueName(by), { connection: listening });
  // Each job that is waited for listens.
  for (const one of [queue, events]) one.setMaxListeners(2 * IN_FLIGHT);
  queue.on('error', () => {});
  events.on('error', () => {});
  const under = new Map<string, Queued>();
  const answer = async (job: Job): Promise<QueuedResult> => {
    const jobId = sha256(JSON.stringify([path.resolve(job.recording), job.input])).slice(0, 32);
    const data = { recording: path.resolve(job.recording), sound: { track, channel } };
    const add = async (): Promise<Queued> => {
      const added = await queue.add('transcribe', data, {
        ...{ jobId, ...RETRIES, removeOnComplete: { age: KEPT }, removeOnFail: true },
      });
      under.set(jobId, added);
      return added;
    };
    const result = await finished(await add(), add, events, signal);
    under.delete(jobId);
    await queue.remove(jobId).catch(() => 0);
    return 'reason' in result
      ? { item: job.recording, reason: result.reason, place: { file: job.recording } }
      : { ...result, file: job.recording };
  };
  try {
    for await (const { item: job, result: item } of prefetch(jobs, IN_FLIGHT, answer)) yield { job, item };
  } finally {
    // What nobody has begun is taken back; what somebody is at work on is there when the batch goes on.
    await Promise.all([...under.values()].map((job) => job.remove().catch(() => {})));
    await Promise.all([queue.close(), events.close()]).catch(() => {});
    for (const one of [client, listening]) one.disconnect();
  }
}

async function finished(
  first: Queued,
  add: () => Promise<Queued>,
  events: QueueEvents,
  signal: AbortSignal | undefined,
): Promise<QueuedResult> {
  let job = first;
  for (;;) {
    try {
      return await job.waitUntilFinished(events, LOOK_MS);
    } catch (error) {
      signal?.throwIfAborted();
      const state = await job.getState().catch(() => 'unknown' as const);
      if (state === 'failed' || (state === 'unknown' && !/timed out/i.test(messageOf(error))))
        return { item: job.data.recording, reason: `the workers failed: ${messageOf(error)}` };
      // A server that lost what it had in memory has lost the job with it.
      if (state === 'unknown') job = await add();
    }
  }
}
