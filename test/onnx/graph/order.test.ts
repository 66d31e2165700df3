import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder } from '../../../src/onnx/graph/order.ts';
import { Random } from '../../../src/support/random.ts';

it('nodes come after what they need, all of them, and stay where they are if that is so', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer(), (count, seed) => {
      const random = new Random(seed);
      const good = Array.from({ length: count }, (_, i) => ({
        input: ['x', '', ...Array.from({ length: random.int(3) }, () => (i === 0 ? 'x' : `v${random.int(i)}`))],
        output: [`v${i}`],
      }));
      expect(inOrder(good)).toEqual(good);
      const shuffled = random.shuffle([...good]);
      const sorted = inOrder(shuffled);
      expect(new Set(sorted)).toEqual(new Set(good));
      expect(sorted).toHaveLength(count);
      const made = new Set(['x', '']);
      for (const { input, output } of sorted) {
        for (const name of input) expect(made.has(name)).toBe(true);
        for (const name of output) made.add(name);
      }
    }),
  );
});
