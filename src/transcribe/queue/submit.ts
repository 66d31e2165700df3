import path from 'node:path';
import type { Sound } from '../../audio/source.ts';
import { Asker, type Failed } from '../../queue/ask.ts';
import { withoutPassword } from '../../queue/connection.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { prefetch } from '../../support/prefetch.ts';
import type { Job } from '../batch/plan.ts';
import type { TranscribeOptions, Transcript } from '../transcribe.ts';
import { queueName, type QueuedResult, type QueuedUnit } from './job.ts';
import { SentSound } from './sent-sound.ts';
import { unitOf, unitsOf, type Unit } from './units.ts';

/** Which of several batches for the same workers comes first. */
export type Priority = keyof typeof PRIORITIES;

export interface SubmitOptions extends TranscribeOptions {
  priority?: Priority | undefined;
  /** Sends the recordings themselves, for workers that don't see their files. */
  send?: boolean | undefined;
}

/** As BullMQ counts them; what has none goes first. */
export const PRIORITIES = { high: undefined, normal: 10, low: 20 };
/** Units that lie in the queue or are being done, of one batch: enough for many workers. */
const IN_FLIGHT = 256;

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
  const asker = await Asker.open<QueuedUnit, QueuedResult>(url, queueName(by), {
    ...{ atOnce: IN_FLIGHT, priority: PRIORITIES[priority], signal, noWorker: noWorker(url, { track, channel }) },
  });
  const sent = send ? new SentSound(asker.client) : undefined;
  const ask = (unit: Unit): Promise<QueuedResult | Failed> =>
    asker.ask(unit.id, nameOf(unit), async () => {
      const recordings = unit.jobs.map(({ recording }) => path.resolve(recording));
      return { recordings, sound: { track, channel }, ...(sent && { sent: await sent.put(unit) }) };
    });
  const answer = async (unit: Unit): Promise<QueuedResult> => {
    const result = await (sent ? sent.withRoom(unit, () => ask(unit)).catch(refusal) : ask(unit));
    if (!('failed' in result)) return result;
    // One of them may be what the workers fail on.
    if (unit.jobs.length > 1) return (await Promise.all(unit.jobs.map((job) => answer(unitOf([job]))))).flat();
    return [{ item: unit.jobs[0]!.recording, reason: result.failed }];
  };
  try {
    for await (const { item: unit, result } of prefetch(unitsOf(jobs), IN_FLIGHT, answer))
      for (const [i, job] of unit.jobs.entries()) yield { job, item: named(result[i]!, job.recording) };
  } finally {
    await asker.withdraw();
    await sent?.dropAll().catch(() => {});
    await asker.close();
  }
}

function noWorker(url: string, { track, channel }: Sound): string {
  const flags = [track === undefined ? '' : ` --track ${track}`, channel === undefined ? '' : ` --channel ${channel}`];
  return (
    `no worker with this model is there yet; start one on any machine: ` +
    `isogloss worker ${withoutPassword(url)} MODEL${flags.join('')}`
  );
}

function nameOf({ jobs: [first, ...others] }: Unit): string {
  const name = path.basename(first!.recording);
  return others.length > 0 ? `${name} and ${others.length} more` : name;
}

/** What can't be sent is set aside. */
function refusal(error: unknown): Failed {
  if (error instanceof InputError) return { failed: error.message };
  throw error;
}

/** By the name that the batch has for it. */
const named = (item: Transcript | SetAside, recording: string): Transcript | SetAside =>
  'reason' in item
    ? { item: recording, reason: item.reason, place: { file: recording } }
    : { ...item, file: recording };
