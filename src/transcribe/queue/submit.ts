import type { Job as QueueJob, Queue, QueueEvents } from 'bullmq';
import path from 'node:path';
import { InputError, messageOf, type SetAside } from '../../support/errors.ts';
import { prefetch } from '../../support/prefetch.ts';
import type { Job } from '../batch/plan.ts';
import type { TranscribeOptions, Transcript } from '../transcribe.ts';
import { connected, queueName } from './connection.ts';
import type { QueuedResult, QueuedUnit } from './job.ts';
import { missWorkers } from './miss-workers.ts';
import { SentSound } from './sent-sound.ts';
import { unitOf, unitsOf, type Unit } from './units.ts';

/** Which of several batches for the same workers comes first. */
export type Priority = keyof typeof PRIORITIES;

export interface SubmitOptions extends TranscribeOptions {
  priority?: Priority | undefined;
  /** Sends the recordings themselves, for workers that don't see their files. */
  send?: boolean | undefined;
}

type Queued = QueueJob<QueuedUnit, QueuedResult>;

/** As BullMQ counts them; what has none goes first. */
export const PRIORITIES = { high: undefined, normal: 10, low: 20 };
/** Units that lie in the queue or are being done, of one batch: enough for many workers. */
const IN_FLIGHT = 256;
/** How often a worker's failure is answered by another try, and milliseconds until the first. */
const RETRIES = { attempts: 4, backoff: { type: 'exponential', delay: 1000 } };
/** Seconds that results wait for a batch that was killed. */
const KEPT = 24 * 3600;
/** Events may be missed where the server was away: so often one looks. */
const LOOK_MS = 5000;
/** What BullMQ says where it waited in vain, or where the job is not there: of no worker. */
const NOTHING_HEARD = /^Job wait .* timed out before finishing|^Missing key for job /;
/** Events that the server keeps, with the texts in them. */
const EVENTS_KEPT = 256;

/**
 * Has recordings transcribed by whoever takes them from a queue (`work`), in order. The same recordings have the same
 * name in the queue whenever they are submitted: a batch that was killed finds its jobs again, done or not.
 * @param by which model and sound
 * @throws InputError when there is no server
 */
export async function* transcribedByQueue(
  url: string,
  by: string,
  jobs: readonly Job[],
  { track, channel, signal, priority = 'normal', send = false }: SubmitOptions,
): AsyncGenerator<{ job: Job; item: Transcript | SetAside }> {
  const { Queue: Jobs, QueueEvents: Events } = await import('bullmq');
  const [client, listening] = [await connected(url), await connected(url)];
  const queue: Queue<QueuedUnit, QueuedResult> = new Jobs(queueName(by), {
    ...{ connection: client, streams: { events: { maxLen: EVENTS_KEPT } } },
  });
  const events = new Events(queueName(by), { connection: listening });
  // Each job that is waited for listens.
  for (const one of [queue, events]) one.setMaxListeners(2 * IN_FLIGHT);
  queue.on('error', () => {});
  events.on('error', () => {});
  const under = new Map<string, Queued>();
  const sent = send ? new SentSound(client) : undefined;
  const ask = async (unit: Unit): Promise<QueuedResult | { failed: string }> => {
    const recordings = unit.jobs.map(({ recording }) => path.resolve(recording));
    const add = async (): Promise<Queued> => {
      const data = { recordings, sound: { track, channel }, ...(sent && { sent: await sent.put(unit) }) };
      signal?.throwIfAborted();
      const added = await queue.add('transcribe', data, {
        ...{ jobId: unit.id, ...RETRIES, ...first(priority), removeOnComplete: { age: KEPT }, removeOnFail: true },
      });
      under.set(unit.id, added);
      return added;
    };
    const result = await finished(await add(), add, events, signal);
    under.delete(unit.id);
    await queue.remove(unit.id).catch(() => 0);
    return result;
  };
  const answer = async (unit: Unit): Promise<QueuedResult> => {
    const result = await (sent ? sent.withRoom(unit, () => ask(unit)).catch(refusal) : ask(unit));
    if (!('failed' in result)) return result;
    // One of them may be what the workers fail on.
    if (unit.jobs.length > 1) return (await Promise.all(unit.jobs.map((job) => answer(unitOf([job]))))).flat();
    return [{ item: unit.jobs[0]!.recording, reason: result.failed }];
  };
  const stopLooking = missWorkers(queue, url, { track, channel });
  try {
    for await (const { item: unit, result } of prefetch(unitsOf(jobs), IN_FLIGHT, answer))
      for (const [i, job] of unit.jobs.entries()) yield { job, item: named(result[i]!, job.recording) };
  } finally {
    stopLooking();
    // What nobody has begun is taken back; what somebody is at work on is there when the batch goes on.
    await Promise.all([...under.values()].map((job) => job.remove().catch(() => {})));
    await sent?.dropAll().catch(() => {});
    await Promise.all([queue.close(), events.close()]).catch(() => {});
    for (const one of [client, listening]) one.disconnect();
  }
}

function first(priority: Priority): { priority?: number } {
  const number = PRIORITIES[priority];
  return number === undefined ? {} : { priority: number };
}

/** What can't be sent is set aside. */
function refusal(error: unknown): { failed: string } {
  if (error instanceof InputError) return { failed: error.message };
  throw error;
}

async function finished(
  first: Queued,
  add: () => Promise<Queued>,
  events: QueueEvents,
  signal: AbortSignal | undefined,
): Promise<QueuedResult | { failed: string }> {
  let job = first;
  for (;;) {
    try {
      return await job.waitUntilFinished(events, LOOK_MS);
    } catch (error) {
      signal?.throwIfAborted();
      const state = await job.getState().catch(() => 'unknown' as const);
      if (state === 'failed' || (state === 'unknown' && !NOTHING_HEARD.test(messageOf(error))))
        return { failed: `the workers failed: ${messageOf(error)}` };
      // A server that lost what it had in memory has lost the job with it.
      if (state === 'unknown') job = await add();
    }
  }
}

/** By the name that the batch has for it. */
const named = (item: Transcript | SetAside, recording: string): Transcript | SetAside =>
  'reason' in item
    ? { item: recording, reason: item.reason, place: { file: recording } }
    : { ...item, file: recording };
