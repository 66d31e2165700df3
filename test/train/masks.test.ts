import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Network } from '../../src/onnx/graph/network.ts';
import { floatData } from '../../src/onnx/runtime/session.ts';
import { Random } from '../../src/support/random.ts';
import { Scratch } from '../../src/support/scratch.ts';
import { dropoutFeeds } from '../../src/train/masks.ts';

function maskOf(length: number, rate: number, seed: number, allocate?: Scratch['take']): Float32Array {
  const network = new Network(true);
  network.dropout(network.graph.input('x', ['frames']), rate);
  return floatData(dropoutFeeds(network.dropoutSites, { frames: length }, new Random(seed), allocate)['dropout.0']!);
}

describe('a dropout mask', () => {
  it('drops a share, and makes up for it in what it keeps', () => {
    for (const rate of [0.1, 0.2, 0.5]) {
      const mask = maskOf(40_000, rate, 1);
      const kept = mask.filter((place) => place > 0);
      expect(1 - kept.length / mask.length).toBeCloseTo(rate, 1);
      expect(new Set(kept).size).toBe(1);
      expect(mask.reduce((sum, place) => sum + place, 0) / mask.length).toBeCloseTo(1, 1);
    }
  });

  it('is the same from the same seed, of any length, wherever it lies, and does not write past its end', () => {
    const memory = new Scratch();
    fc.assert(
      fc.property(fc.nat(50), fc.nat(), (length, seed) => {
        memory.reset();
        const mask = maskOf(length, 0.2, seed, memory.take);
        const behind = new Float32Array(mask.buffer).subarray(mask.byteOffset / 4 + length).slice();
        expect(mask).toEqual(maskOf(length + 3, 0.2, seed).subarray(0, length));
        maskOf(length, 0.2, seed + 1, () => mask);
        expect(new Float32Array(mask.buffer).subarray(mask.byteOffset / 4 + length)).toEqual(behind);
      }),
    );
  });
});
