import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../../src/onnx/runtime/session.ts';
import { withoutConvolutions } from '../../../src/onnx/graph/windows.ts';
import { Random } from '../../../src/support/random.ts';
import { relativeError } from '../../../src/support/relative-error.ts';

const small = (min: number, max: number) => fc.integer({ min, max });

it('a convolution at stride 1 is what matrix products make of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        batch: small(1, 3),
        groups: small(1, 3),
        perGroup: small(1, 3),
        outPerGroup: small(1, 3),
        kernel: small(1, 5),
        frames: small(5, 9),
        left: small(0, 3),
        right: small(0, 3),
        bias: fc.boolean(),
        seed: fc.nat(),
      }),
      async ({ batch, groups, perGroup, outPerGroup, kernel, frames, left, right, bias, seed }) => {
        const random = new Random(seed);
        const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
        const g = new Graph();
        const [channels, out] = [groups * perGroup, groups * outPerGroup];
        const x = g.input('x', ['batch', channels, 'frames']);
        const weight = g.constant(normal(out * perGroup * kernel), [out, perGroup, kernel]);
        const inputs = [x, weight, ...(bias ? [g.constant(normal(out), [out])] : [])];
        const y = g.node('Conv', inputs, { group: { int: groups }, pads: { ints: [left, right] } }, 'Conv', [
          'batch',
          out,
          'frames_out',
        ]);
        g.output(y);
        const products = withoutConvolutions(g, g.nodes);
        expect(products.map(({ op }) => op)).not.toContain('Conv');
        const sound = floats(normal(batch * channels * frames), [batch, channels, frames]);
        const run = async (bytes: Uint8Array): Promise<Float32Array> => {
          const session = await openSession(bytes, { device: 'cpu', threads: 1 });
          const result = floatData((await session.run({ x: sound }))[y.name]!);
          await session.release();
          return result;
        };
        expect(
          relativeError(
            await run(encodeModel(g, { nodes: products, inputs: [x], outputs: [y] })),
            await run(encodeModel(g)),
          ),
        ).toBeLessThan(1e-5);
      },
    ),
    { numRuns: 40 },
  );
});

it.each([
  ['with a stride', { strides: { ints: [2] } }],
  ['that pads as it likes', { auto_pad: { text: 'SAME_UPPER' } }],
])('one %s stays as it is', (_, attributes) => {
  const g = new Graph();
  const conv = g.node(
    'Conv',
    [g.input('x', [1, 2, 9]), g.constant(new Float32Array(8), [2, 2, 2])],
    attributes,
    'Conv',
    [1, 2, 4],
  );
  expect(withoutConvolutions(g, g.nodes)[0]!.outputs[0]).toBe(conv);
});
