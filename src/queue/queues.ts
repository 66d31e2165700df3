import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** Of runs of recipes; what else there is is for a model. */
const RUNS = 'isogloss-runs-';

/** A queue of isogloss's on a server. */
export interface NamedQueue {
  queue: Queue;
  /** What lies in it, in words. */
  about: string;
}

/** Finds the queues that are on a server now; the same call finds those that have come since. */
export class Queues {
  private readonly client: Redis;
  private readonly known = new Map<string, NamedQueue>();

  constructor(client: Redis) {
    this.client = client;
  }

  /** All of them, by name. */
  async find(): Promise<NamedQueue[]> {
    const { Queue: Jobs } = await import('bullmq');
    for await (const keys of this.client.scanStream({ match: 'bull:isogloss-*:meta', count: 1000 })) {
      for (const key of keys as string[]) {
        const name = key.split(':')[1]!;
        if (this.known.has(name)) continue;
        const queue = new Jobs(name, { connection: this.client, skipMetasUpdate: true });
        queue.on('error', () => {});
        this.known.set(name, { queue, about: name.startsWith(RUNS) ? 'runs of recipes' : 'recordings, for one model' });
      }
    }
    return [...this.known.values()].sort((a, b) => (a.queue.name < b.queue.name ? -1 : 1));
  }

  async close(): Promise<void> {
    await Promise.all([...this.known.values()].map(({ queue }) => queue.close()));
  }
}
