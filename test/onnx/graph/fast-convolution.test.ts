import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastConvolution, paysFor } from '../../../src/onnx/graph/fast-convolution.ts';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../../src/onnx/runtime/session.ts';
import { ValueSizes } from '../../../src/onnx/training/value-sizes.ts';
import { Random } from '../../../src/support/random.ts';
import { gradientError } from '../autodiff/finite-differences.ts';

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  frames: fc.integer({ min: 1, max: 40 }),
  channels: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 1, max: 4 }),
  kernel: fc.constantFrom(5, 7, 9),
  seed: fc.nat(),
});

function graphOf({ channels, outputs, kernel }: { channels: number; outputs: number; kernel: number }) {
  const g = new Graph();
  const x = g.input('x', ['batch', 'frames', channels]);
  const weight = g.parameter('weight', [kernel * channels, outputs]);
  return { g, x, weight, y: fastConvolution(g, x, weight) };
}

/** Each frame's neighbours times their weights, summed one by one. */
function plain(
  x: Float32Array,
  weight: Float32Array,
  { frames, channels, outputs, kernel }: { frames: number; channels: number; outputs: number; kernel: number },
): Float32Array {
  const rows = x.length / channels;
  return Float32Array.from({ length: rows * outputs }, (_, place) => {
    const [row, output] = [Math.floor(place / outputs), place % outputs];
    let sum = 0;
    for (let k = 0; k < kernel; k++) {
      const frame = (row % frames) + k - (kernel - 1) / 2;
      if (frame < 0 || frame >= frames) continue;
      for (let c = 0; c < channels; c++)
        sum += x[(row - (row % frames) + frame) * channels + c]! * weight[(k * channels + c) * outputs + output]!;
    }
    return sum;
  });
}

describe('a convolution by fewer multiplications', () => {
  it('gives what the plain one gives', () =>
    fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { g, x, weight, y } = graphOf(shape);
        const random = new Random(shape.seed);
        const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
        const [sound, weights] = [
          normal(shape.batch * shape.frames * shape.channels),
          normal(shape.kernel * shape.channels * shape.outputs),
        ];
        const session = await openSession(encodeModel(g, { inputs: [x, weight], outputs: [y] }), {
          device: 'cpu',
          threads: 1,
        });
        const result = await session.run({
          x: floats(sound, [shape.batch, shape.frames, shape.channels]),
          weight: floats(weights, weight.dims as number[]),
        });
        await session.release();
        expect(result[y.name]!.dims).toEqual([shape.batch, shape.frames, shape.outputs]);
        const expected = plain(sound, weights, shape);
        const furthest = floatData(result[y.name]!).reduce(
          (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
          0,
        );
        expect(furthest).toBeLessThan(1e-4);
      }),
      { numRuns: 60 },
    ));

  it('has the gradients that finite differences show', () =>
    fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { g, x, weight, y } = graphOf(shape);
        expect(await gradientError(g, y, [x, weight], shape)).toBeLessThan(1e-5);
      }),
      { numRuns: 20 },
    ));

  it('has values of a size that is known before it runs', async () => {
    const { g, y } = graphOf({ channels: 2, outputs: 3, kernel: 9 });
    const sizes = await ValueSizes.measure(g, g.nodes);
    expect(sizes.dims(y, { batch: 2, frames: 399 })).toEqual([2, 399, 3]);
    const products = g.nodes
      .filter(({ op }) => op === 'MatMul')
      .map(({ outputs }) => sizes.dims(outputs[0]!, { batch: 8, frames: 399 }));
    expect(products).toContainEqual([25, 8 * Math.ceil(399 / 9), 3]);
  });

  it('is for kernels that it pays for', () => {
    expect([1, 3, 5, 7, 9, 11].filter(paysFor)).toEqual([5, 7, 9]);
  });
});
