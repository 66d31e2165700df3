import type { Queue } from 'bullmq';
import type { Sound } from '../../audio/source.ts';
import { notice } from '../../support/notices.ts';
import { withoutPassword } from './connection.ts';

/** A worker that was just started has loaded its model by the second look. */
const LOOK_MS = 4000;

/**
 * Says so where recordings wait and no worker with their model is there.
 * @returns stops it
 */
export function missWorkers(queue: Queue, url: string, { track, channel }: Sound): () => void {
  const flags = [track === undefined ? '' : ` --track ${track}`, channel === undefined ? '' : ` --channel ${channel}`];
  const look = async (): Promise<void> => {
    // Some servers don't list who is connected.
    const workers = await queue.getWorkersCount().catch(() => undefined);
    if (workers === 0)
      notice(
        `no worker with this model is there yet; start one on any machine: ` +
          `isogloss worker ${withoutPassword(url)} MODEL${flags.join('')}`,
      );
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}
