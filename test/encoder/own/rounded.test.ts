import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeEncoder, Encoder, hasQuantised, isOwn } from '../../../src/encoder/own/encoder.ts';
import { rounded, widened } from '../../../src/encoder/own/rounded.ts';
import { fromWhisper } from '../../../src/encoder/own/whisper-weights.ts';
import { readWeights } from '../../../src/encoder/own/weights.ts';
import { decodeSafetensors, type NamedTensor } from '../../../src/support/safetensors.ts';
import { speechlike } from '../../model/small-model.ts';
import { fixture, relativeError } from '../exported.ts';

describe('an encoder’s file with 8 bits for some matrices', () => {
  let exact: Uint8Array;
  beforeAll(() => {
    const tensors = decodeSafetensors(readFileSync(fixture('log-mel.safetensors')));
    // Wide enough that its matrices are stored as float16.
    const { architecture, weights } = fromWhisper(wider(tensors, 128), 2, 4);
    exact = encodeEncoder(weights, architecture);
  });

  it('is smaller, runs as it is, and gives nearly the same', async () => {
    const small = rounded(exact);
    expect(small.length).toBeLessThan(exact.length - 6000);
    expect([isOwn(small), hasQuantised(small)]).toEqual([true, false]);
    const [before, after] = [await Encoder.fromBytes('exact', exact), await Encoder.fromBytes('small', small)];
    const sound = speechlike(1);
    const [expected, found] = [await before.run([sound], [0, 1, 2]), await after.run([sound], [0, 1, 2])];
    expect(found.layers[0]).toEqual(expected.layers[0]);
    for (const layer of [1, 2]) {
      const error = relativeError(found.layers[layer]!, expected.layers[layer]!);
      expect(error).toBeGreaterThan(1e-5);
      expect(error).toBeLessThan(0.02);
    }
    await Promise.all([before.release(), after.release()]);
  });

  it('is read as if all were float16, each number within half a step of its column’s largest', () => {
    const [before, after] = [readWeights(exact), readWeights(widened(rounded(exact)))];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, data] of before) {
      const found = after.get(name)!;
      if (!name.endsWith('.feed_forward.in.weight')) expect(found, name).toEqual(data);
      else {
        const columns = 128;
        data.forEach((x, i) => {
          const column = data.filter((_, k) => k % columns === i % columns);
          const step = Math.max(...column.map(Math.abs)) / 127;
          expect(Math.abs(found[i]! - x)).toBeLessThan(0.51 * step + 1e-3 * Math.abs(x));
        });
      }
    }
  });

  it('has the same numbers where Node has read it from the disk', () => {
    const found = readWeights(Buffer.from(exact));
    for (const [name, data] of readWeights(exact)) {
      expect(found.get(name)!.length, name).toBe(data.length);
      expect(found.get(name), name).toEqual(data);
    }
  });

  it('leaves a file without any as it is', () => {
    expect(widened(exact)).toBe(exact);
  });
});

/** The same tensors with more numbers between the two feed-forward layers. */
function wider(tensors: ReadonlyMap<string, NamedTensor>, width: number): Map<string, NamedTensor> {
  const repeated = ({ dims, data }: NamedTensor, axis: number): NamedTensor => {
    const wide = dims.map((d, i) => (i === axis ? width : d));
    const columns = dims[1] ?? 1;
    const wideColumns = wide[1] ?? 1;
    const result = Float32Array.from({ length: wide.reduce((a, d) => a * d, 1) }, (_, i) => {
      const [row, column] = [Math.floor(i / wideColumns) % dims[0]!, (i % wideColumns) % columns];
      return data[row * columns + column]! * (1 + (i % 7) / 10);
    });
    return { dims: wide, data: result };
  };
  return new Map(
    [...tensors].map(([name, tensor]) => {
      if (/fc1\.(weight|bias)$/.test(name)) return [name, repeated(tensor, 0)];
      return [name, name.endsWith('fc2.weight') ? repeated(tensor, 1) : tensor];
    }),
  );
}
