import { expect, it } from 'vitest';
import { ctcLoss } from '../../src/ctc/loss.ts';
import { Random } from '../../src/support/random.ts';
import { ctcLossInWorkers } from '../../src/train/loss-in-workers.ts';

it('other threads give the losses and gradients that this one gives', async () => {
  const random = new Random('loss');
  const shape = { batch: 5, frames: 30, tokens: 7 };
  const logits = Float32Array.from({ length: 5 * 30 * 7 }, () => random.normal());
  const frameCounts = Int32Array.of(30, 12, 0, 29, 3);
  const targets = [4, 5, 0, 10, 9].map((length) => Int32Array.from({ length }, (_, i) => 1 + (i % 6)));
  const [here, apart] = [new Float32Array(logits.length), new Float32Array(logits.length)];
  expect(await ctcLossInWorkers(logits, shape, frameCounts, targets, 0, apart)).toEqual(
    ctcLoss(logits, shape, frameCounts, targets, 0, here),
  );
  expect(apart).toEqual(here);
});
