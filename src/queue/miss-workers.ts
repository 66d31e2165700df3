import type { Queue } from 'bullmq';
import { notice } from '../support/notices.ts';

/** A worker that was just started has loaded its model by the second look. */
const LOOK_MS = 4000;

/**
 * Says so where jobs wait and no worker for them is there.
 * @param how `no worker … is there yet; start one …`
 * @returns stops it
 */
export function missWorkers(queue: Queue, how: string): () => void {
  const look = async (): Promise<void> => {
    // Some servers don't list who is connected.
    const workers = await queue.getWorkersCount().catch(() => undefined);
    if (workers === 0) notice(how);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}
