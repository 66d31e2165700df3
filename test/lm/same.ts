import { expect } from 'vitest';
import type { NgramModel } from '../../src/lm/ngram-model.ts';

/** All numbers and tokens, bit by bit. By bytes: comparing long arrays item by item takes seconds. */
export function expectSame(actual: NgramModel, expected: NgramModel): void {
  const bytesOf = ({ nodes, tokens }: NgramModel): Buffer =>
    Buffer.concat(
      [...(Object.values(nodes) as Uint32Array[]), tokens.offsets, tokens.bytes, tokens.slots].map((array) =>
        Buffer.from(array.buffer, array.byteOffset, array.byteLength),
      ),
    );
  expect(bytesOf(actual).equals(bytesOf(expected))).toBe(true);
}
