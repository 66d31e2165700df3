/** A stretch of sound that waits for the network. */
export interface Waiting {
  /** The recording that it is of. */
  stream: number;
  /** The model that it is for. */
  model: number;
  samples: number;
}

/** Samples side by side, 30 s: a live stream never waits long for what is computed. */
const MOST_SAMPLES = 30 * 16_000;
/** What is shorter than so much of the longest would be mostly padding. */
const ALIKE = 0.85;

/**
 * Takes the next stretches out of the queue that are computed side by side: the one that has waited longest, and those
 * of like length behind it for the same model, of whatever recordings. Those of one recording stay in their order.
 */
export function nextBatch<T extends Waiting>(queue: T[]): T[] {
  const batch: T[] = [];
  const passedOver = new Set<number>();
  for (const item of queue) {
    const longest = Math.max(item.samples, ...batch.map(({ samples }) => samples));
    const shortest = Math.min(item.samples, ...batch.map(({ samples }) => samples));
    const fits = longest * (batch.length + 1) <= MOST_SAMPLES && shortest >= ALIKE * longest;
    const alike = fits && item.model === batch[0]?.model;
    if (!passedOver.has(item.stream) && (batch.length === 0 || alike)) batch.push(item);
    else passedOver.add(item.stream);
  }
  const taken = new Set(batch);
  queue.splice(0, queue.length, ...queue.filter((item) => !taken.has(item)));
  return batch;
}
