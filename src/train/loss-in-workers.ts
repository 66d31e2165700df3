import { ctcLoss } from '../ctc/loss.ts';
import { mapInWorkers } from './worker-pool.ts';

/** `ctcLoss` by several threads: beside a GPU it would take one as long as all else. */
export async function ctcLossInWorkers(
  ...[logits, shape, frameCounts, targets, blank, gradient]: Parameters<typeof ctcLoss>
): Promise<Float64Array> {
  const size = shape.frames * shape.tokens;
  const parts = await mapInWorkers('loss', shape.batch, (first, end) => ({
    logits: logits.slice(first * size, end * size),
    shape: { ...shape, batch: end - first },
    frameCounts: frameCounts.slice(first, end),
    targets: targets.slice(first, end),
    blank,
  }));
  const losses = new Float64Array(shape.batch);
  for (const { first, result } of parts) {
    if (result instanceof Error) throw result;
    losses.set(result.losses, first);
    gradient.set(result.gradient, first * size);
  }
  return losses;
}
