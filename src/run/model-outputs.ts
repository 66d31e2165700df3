import { frameCount } from '../encoder/own/architecture.ts';
import type { Model, Output } from '../model/model.ts';
import type { Task } from '../support/progress.ts';
import { makeBatches } from '../support/batches.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';

/** Frames a batch may hold. */
export const BATCH_FRAMES = 2000;

/** Logits of all items, in their order. */
export async function modelOutputs(
  model: Model,
  prepared: Pick<Prepared, 'read'>,
  items: readonly Item[],
  task?: Task,
): Promise<Output[]> {
  const outputs = new Array<Output>(items.length);
  for (const batch of makeBatches(
    items.map((item) => frameCount(item.samples)),
    BATCH_FRAMES,
  )) {
    const results = await model.run(await Promise.all(batch.examples.map((i) => prepared.read(items[i]!))));
    task?.advance(batch.examples.length);
    results.forEach(({ logits, frames }, row) => (outputs[batch.examples[row]!] = { logits: logits.slice(), frames }));
  }
  return outputs;
}
