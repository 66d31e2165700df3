import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';

it('gives many words at once as it gives them one by one', () => {
  fc.assert(fc.property(fc.string(), fc.nat(50), (seed, count) => {
    const [together, singly] = [new Random(seed), new Random(seed)];
    const words = new Uint32Array(count);
    together.words(words);
    expect([...words]).toEqual(Array.from({ length: count }, () => singly.uint32()));
    expect(together.state).toEqual(singly.state);
  }));
});
