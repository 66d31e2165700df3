import { logSpaceLoss } from '../src/ctc/log-space.ts';
import { ctcLoss } from '../src/ctc/loss.ts';
import { Random } from '../src/support/random.ts';
import { median, report } from './timing.ts';

const [BATCH, FRAMES, TOKENS, LABELS] = [16, 300, 40, 50];

/** Loss and gradient against the textbook's log-space recursion, a logarithm and exponentials in each cell. */
export async function benchCtc(): Promise<void> {
  const random = new Random(1);
  const logits = Float32Array.from({ length: BATCH * FRAMES * TOKENS }, () => random.normal());
  const targets = Array.from({ length: BATCH }, () =>
    Int32Array.from({ length: LABELS }, () => 1 + random.int(TOKENS - 1)),
  );
  const frameCounts = new Int32Array(BATCH).fill(FRAMES);
  const gradient = new Float32Array(logits.length);
  const shape = { batch: BATCH, frames: FRAMES, tokens: TOKENS };
  const ours = await median(40, () => ctcLoss(logits, shape, frameCounts, targets, 0, gradient));
  const textbook = await median(5, () =>
    targets.map((target, row) =>
      logSpaceLoss(logits, gradient, { start: row * FRAMES * TOKENS, count: FRAMES, tokens: TOKENS, blank: 0, target }),
    ),
  );
  report('CTC loss + gradient [16 × 300 × 40], 50 labels', ours, 'log space, a cell at a time', textbook);
}
