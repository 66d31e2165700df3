import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, type SetAside } from '../../support/errors.ts';
import type { Batch } from './batch.ts';
import { identityOf, type Identity } from './identity.ts';
import type { WrittenTranscript } from './write-behind.ts';

export interface WatchOptions {
  /** Ends it, in order. */
  signal?: AbortSignal;
  /** Milliseconds from one look to the next. */
  every?: number;
}

/** Between two looks a copy that is under way grows, also from a slow card or over a network. */
const EVERY_MS = 5000;

/**
 * Transcribes what lies in the folders of a batch and what appears there, until it is stopped. A recording is taken
 * when it is the same in two looks, so that none is heard before it is whole, and again when it has changed since.
 * @example for await (const item of watch(batch, { signal })) console.log(item);
 */
export async function* watch(
  batch: Batch,
  { signal, every = EVERY_MS }: WatchOptions = {},
): AsyncGenerator<WrittenTranscript | SetAside> {
  const seen = new Map<string, Seen>();
  while (!signal?.aborted) {
    try {
      yield* batch.run(await batch.plan((found) => ripe(found, seen)));
      await sleep(every, undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }
}

interface Seen {
  identity: Identity;
  taken: boolean;
}

/** Those that have stopped growing, and have not been taken as they are. */
async function ripe(found: readonly string[], seen: Map<string, Seen>): Promise<string[]> {
  const taken: string[] = [];
  for (const recording of found) {
    const identity = await identityOf(recording).catch(gone);
    if (!identity) continue;
    const before = seen.get(recording);
    const same = before?.identity.bytes === identity.bytes && before.identity.modified === identity.modified;
    if (same && !before.taken) taken.push(recording);
    seen.set(recording, { identity, taken: same });
  }
  return taken;
}

/** Taken away between the list and the look. */
function gone(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}
