import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/support/safetensors.ts';

it('what is written is read, whatever the names and sizes', () => {
  const tensor = fc.float32Array({ noNaN: true, maxLength: 20 }).map((data) => ({ dims: [data.length], data }));
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
        tensor,
      ),
      (tensors) => {
        const map = new Map(Object.entries(tensors));
        expect(decodeSafetensors(Buffer.concat(encodeSafetensors(map)))).toEqual(map);
      },
    ),
  );
});

it('has the layout that others read: length, JSON at a multiple of eight, numbers', () => {
  const bytes = Buffer.concat(encodeSafetensors(new Map([['a', { dims: [1, 2], data: Float32Array.of(1, -2) }]])));
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
    a: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
  });
  expect(bytes.readFloatLE(8 + length + 4)).toBe(-2);
});

it('refuses a file that was cut anywhere, and never fills up with zeros', () => {
  const whole = Buffer.concat(encodeSafetensors(new Map([['a', { dims: [2, 3], data: new Float32Array(6).fill(1) }]])));
  for (let length = 0; length < whole.length; length++)
    expect(() => decodeSafetensors(whole.subarray(0, length), 'x.safetensors')).toThrow(InputError);
  expect(() => decodeSafetensors(whole.subarray(0, whole.length - 1))).toThrow(
    `it is cut off: a ends at byte ${whole.length} of ${whole.length - 1}`,
  );
});
