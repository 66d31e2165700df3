/** @module-tag slow */
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

describe('the memory that a training is said to need', () => {
  it.each([
    ['all', '12', 'keep', '20'],
    ['all', '12', 'recompute', '64'],
    ['top2', '24', 'keep', '64'],
  ])(
    'is what its process takes at most: %s, %s recordings, %s, batches of %s s',
    async (trainable, count, mode, seconds) => {
      const { stdout } = await execa('npx', [
        'tsx',
        'bench/memory.ts',
        'embedded',
        trainable,
        count,
        '0',
        mode,
        seconds,
      ]);
      const share = Number(/\((\d\.\d+) of it\)/.exec(stdout)?.[1]);
      // Where memory is plentiful, a pool is reckoned with that few batches don't fill (decision 0028).
      expect(share).toBeGreaterThan(0.4);
      expect(share).toBeLessThanOrEqual(1.02);
    },
    600_000,
  );
});
