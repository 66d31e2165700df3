import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../../src/onnx/graph/graph.ts';
import { attentionBias, linear, norm, transformerBlock } from '../../../src/onnx/graph/layers.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { buildEncoder } from '../../../src/encoder/own/network.ts';
import { paddedSamples } from '../../../src/encoder/own/architecture.ts';
import * as ops from '../../../src/onnx/graph/ops.ts';
import { Random } from '../../../src/support/random.ts';
import { gradientError } from './finite-differences.ts';

// ONNX Runtime gives a layer normalisation's mean and deviation in float32 even among float64 values.
const TOLERANCE = 1e-5;
const dim = fc.integer({ min: 1, max: 5 });

/** A property over random dims: gradients of `build`'s output by all parameters agree with finite differences. */
function agrees(build: (g: Graph, dims: number[]) => Value, options: { positive?: boolean } = {}): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.tuple(dim, dim, dim, dim), async (dims) => {
      const g = new Graph();
      const output = build(g, dims);
      expect(await gradientError(g, output, [...g.parameters.values()], {}, options)).toBeLessThan(TOLERANCE);
    }),
    { numRuns: 6 },
  );
}

describe('elementwise gradients, with and without broadcasting', () => {
  for (const op of ['Add', 'Sub', 'Mul'] as const) {
    it(op, () =>
      agrees((g, [a, b, c]) => g.node(op, [g.parameter('x', [a!, b!, c!]), g.parameter('y', [a!, b!, c!])])),
    );
    it(`${op}, a vector spread over a batch`, () =>
      agrees((g, [a, b, c]) => g.node(op, [g.parameter('x', [a!, b!, c!]), g.parameter('y', [c!])])));
    it(`${op}, ones on both sides`, () =>
      agrees((g, [a, b, c]) => g.node(op, [g.parameter('x', [a!, 1, c!]), g.parameter('y', [b!, 1])])));
  }
  it('Div', () =>
    agrees((g, [a, b]) => ops.div(g, g.parameter('x', [a!, b!]), g.parameter('y', [b!])), { positive: true }));
  for (const op of ['Exp', 'Sigmoid', 'Tanh', 'Neg', 'Identity'])
    it(op, () => agrees((g, [a, b]) => g.node(op, [g.parameter('x', [a!, b!])])));
  for (const op of ['Log', 'Sqrt'])
    it(op, () => agrees((g, [a, b]) => g.node(op, [g.parameter('x', [a!, b!])]), { positive: true }));
  it('Relu', () => agrees((g, [a, b]) => ops.relu(g, g.parameter('x', [a!, b!]))));
});

describe('matrix and normalisation gradients', () => {
  it('MatMul, a matrix by a matrix', () =>
    agrees((g, [a, b, c]) => ops.matmul(g, g.parameter('x', [a!, b!]), g.parameter('y', [b!, c!]))));
  it('MatMul, a batch by one matrix', () =>
    agrees((g, [a, b, c, d]) => ops.matmul(g, g.parameter('x', [a!, b!, c!]), g.parameter('y', [c!, d!]))));
  it('MatMul, a batch by a batch', () =>
    agrees((g, [a, b, c, d]) => ops.matmul(g, g.parameter('x', [a!, b!, c!]), g.parameter('y', [a!, c!, d!]))));
  it('MatMul, a row spread over a batch', () =>
    agrees((g, [a, b, c, d]) => ops.matmul(g, g.parameter('x', [1, c!]), g.parameter('y', [a!, b!, c!, d!]))));
  it('Softmax', () => agrees((g, [a, b]) => ops.softmax(g, g.parameter('x', [a!, b!]))));
  it('Softmax that weighs rows', () =>
    agrees((g, [a, b, c, d]) =>
      ops.matmul(g, ops.softmax(g, g.parameter('x', [a!, b!, c!])), g.parameter('y', [a!, c!, d!])),
    ));
  it('Softmax that weighs the same rows for all of a batch', () =>
    agrees((g, [a, b, c, d]) =>
      ops.matmul(g, ops.softmax(g, g.parameter('x', [1, b!, c!])), g.parameter('y', [a!, c!, d!])),
    ));
  it('Softmax that weighs rows and is read besides', () =>
    agrees((g, [a, b]) => {
      const y = ops.softmax(g, g.parameter('x', [a!, b!]));
      return ops.matmul(g, ops.mul(g, y, g.parameter('z', [a!, b!])), ops.transpose(g, y, [1, 0]));
    }));
  it('LogSoftmax', () =>
    agrees((g, [a, b]) => g.node('LogSoftmax', [g.parameter('x', [a!, b!])], { axis: { int: -1 } })));
  it('LayerNormalization', () =>
    agrees((g, [a, b, c]) =>
      ops.layerNorm(
        g,
        g.parameter('x', [a!, b!, c! + 2]),
        g.parameter('scale', [c! + 2]),
        g.parameter('bias', [c! + 2]),
      ),
    ));
});

describe('movement gradients', () => {
  it('Transpose', () => agrees((g, [a, b, c]) => ops.transpose(g, g.parameter('x', [a!, b!, c!]), [2, 0, 1])));
  it('Reshape', () => agrees((g, [a, b, c]) => ops.reshape(g, g.parameter('x', [a!, b!, c!]), [a! * b!, c!])));
  it('Slice', () => agrees((g, [a, b]) => ops.trim(g, g.parameter('x', [a!, b! + 3]), 1, 1, 2)));
  it('Pad', () => agrees((g, [a, b]) => ops.pad(g, g.parameter('x', [a!, b!]), 1, 2, 0, b! + 2)));
  it('Concat', () =>
    agrees((g, [a, b, c]) => ops.concat(g, [g.parameter('x', [a!, b!]), g.parameter('y', [a!, c!])], 1)));
});

describe('convolution gradients', () => {
  // ONNX Runtime convolves in float32 only: coarser steps, coarser tolerance.
  it('Conv, any groups, stride, dilation and padding', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          groups: dim,
          inputs: dim,
          outputs: dim,
          kernel: dim,
          stride: fc.integer({ min: 1, max: 3 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          pad: fc.integer({ min: 0, max: 2 }),
          extra: fc.integer({ min: 0, max: 6 }),
        }),
        async (c) => {
          const g = new Graph();
          const field = (c.kernel - 1) * c.dilation + 1;
          const out = Math.floor((Math.max(field, 3) + c.extra + 2 * c.pad - field) / c.stride) + 1;
          // The transposed convolution gives back the length that the stride divides evenly.
          const frames = (out - 1) * c.stride + field - 2 * c.pad;
          fc.pre(frames > 0 && c.pad < field);
          const x = g.parameter('x', [2, c.groups * c.inputs, frames]);
          const weight = g.parameter('weight', [c.groups * c.outputs, c.inputs, c.kernel]);
          const bias = g.parameter('bias', [c.groups * c.outputs]);
          const y = g.node(
            'Conv',
            [x, weight, bias],
            {
              group: { int: c.groups },
              strides: { ints: [c.stride] },
              dilations: { ints: [c.dilation] },
              pads: { ints: [c.pad, c.pad] },
            },
            'Conv',
            [2, c.groups * c.outputs, out],
          );
          expect(await gradientError(g, y, [x, weight, bias], {}, { float32: true, step: 0.25 })).toBeLessThan(2e-3);
        },
      ),
      { numRuns: 25 },
    ));
  it('Gelu (float32 in ONNX Runtime)', async () => {
    const g = new Graph();
    const y = g.node('Gelu', [g.parameter('x', [4, 7])]);
    expect(
      await gradientError(g, y, [...g.parameters.values()], {}, { float32: true, step: 0.01, probes: 20 }),
    ).toBeLessThan(5e-3);
  });
});

describe('whole blocks', () => {
  it('a transformer block with masked frames, by every weight', async () => {
    const network = new Network(true);
    const x = network.parameter('x', [2, 5, 8], { value: 0 });
    const mask = network.graph.input('mask', [2, 5]);
    const y = transformerBlock(network, x, attentionBias(network, mask), 'block', {
      heads: 2,
      feedForward: 12,
      dropout: 0.1,
      depth: 1,
    });
    const fixed = { mask: Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0) };
    expect(
      await gradientError(network.graph, y, [...network.graph.parameters.values()], { batch: 2, frames: 5 }, { fixed }),
    ).toBeLessThan(1e-5);
  });

  it('the whole encoder, by every weight', async () => {
    const network = new Network(false);
    const frames = 6;
    const { hidden } = buildEncoder(network, {
      convWidths: [8, 8, 8, 8, 8, 8, 8],
      dims: 8,
      blocks: 1,
      heads: 2,
      feedForward: 12,
      positionKernel: 3,
      positionGroups: 2,
    });
    const y = linear(network, norm(network, hidden.at(-1)!, 'last'), 'ctc', 5);
    const sizes = { batch: 2, frames, samples: paddedSamples(frames) };
    const random = new Random(5);
    // Off zero, where Relu has its kink: a bias of 0 on a padding frame stands just there.
    const start = [...network.initialise(random)].map(([name, data]): [string, Float64Array] => [
      name,
      Float64Array.from(data, (x) => x + 0.1 * random.normal()),
    ]);
    const fixed = { ...Object.fromEntries(start), mask: Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0) };
    expect(
      await gradientError(network.graph, y, [...network.graph.parameters.values()], sizes, {
        fixed,
        step: 3e-5,
        probes: 4,
      }),
    ).toBeLessThan(0.15);
  });
});
