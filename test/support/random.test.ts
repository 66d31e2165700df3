import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';

it('looks up by the halves of the words that it gives one by one', () => {
  const places = Float64Array.from({ length: 65536 }, (_, i) => i);
  fc.assert(
    fc.property(fc.string(), fc.nat(50), (seed, count) => {
      const [together, singly] = [new Random(seed), new Random(seed)];
      const found = new Float64Array(2 * count);
      together.lookUp(places, found);
      expect([...found]).toEqual(
        Array.from({ length: count }, () => singly.uint32()).flatMap((word) => [word & 65535, word >>> 16]),
      );
      expect(together.state).toEqual(singly.state);
    }),
  );
});
