import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

describe('the memory that a training is said to need', () => {
  it.each([['all', '12', 'keep', '20'], ['all', '12', 'recompute', '64'], ['top2', '24', 'keep', '64']])('is what its process takes at most, or up to a quarter more: %s, %s recordings, %s, batches of %s s', async (learns, count, mode, seconds) => {
    const { stdout } = await execa('npx', ['tsx', 'bench/memory.ts', 'embedded', learns, count, '0', mode, seconds]);
    const share = Number(/\((\d\.\d+) of it\)/.exec(stdout)?.[1]);
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThanOrEqual(1.02);
  }, 600_000);
});
