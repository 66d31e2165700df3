import { describe, it } from 'vitest';
import type { Graph, Value } from '../../../../src/onnx/graph/graph.ts';
import { agrees, node } from './agrees.ts';

const booleans = (g: Graph, size: number): Value =>
  g.constant(
    Uint8Array.from({ length: size }, (_, i) => (i % 3 ? 1 : 0)),
    [size],
  );
const indices = (g: Graph, values: readonly number[], dims: readonly number[]): Value =>
  g.constant(BigInt64Array.from(values, BigInt), dims);

describe('elementwise', () => {
  it('Pow, by base and exponent', () =>
    agrees((g, [a, b, c], v) => node(g, 'Pow', [v('x', [a, b, c]), v('y', [1, c])], {}, [a, b, c]), {
      positive: true,
    }));
  it('Pow, a square of either sign', () => agrees((g, [a, b], v) => g.node('Pow', [v('x', [a, b]), g.scalar(2)])));
  it('Erf', () => agrees((g, [a, b], v) => g.node('Erf', [v('x', [a, b])]), { float32: true }));
  for (const op of ['Abs', 'Cast'])
    it(op, () =>
      agrees((g, [a, b], v) => node(g, op, [v('x', [a, b])], op === 'Cast' ? { to: { int: 1 } } : {}, [a, b])),
    );
  it('Reciprocal', () => agrees((g, [a, b], v) => g.node('Reciprocal', [v('x', [a, b])]), { positive: true }));
  for (const op of ['Add', 'Sub', 'Mul', 'Div'])
    it(`${op}, dims that broadcast only when it runs`, () =>
      agrees((g, [a, b, c], v) => node(g, op, [v('x', [a, 1, c]), v('y', [b, 1])], {}, [a, b, c]), { positive: true }));
  it('Gelu by tanh', () =>
    agrees((g, [a, b], v) => node(g, 'Gelu', [v('x', [a, b])], { approximate: { text: 'tanh' } }, [a, b]), {
      float32: true,
    }));
});

describe('products', () => {
  for (const transA of [0, 1])
    for (const transB of [0, 1])
      it(`Gemm, transA ${transA}, transB ${transB}`, () =>
        agrees((g, [m, k, n], v) => {
          const inputs = [v('a', transA ? [k, m] : [m, k]), v('b', transB ? [n, k] : [k, n]), v('c', [n])];
          return node(
            g,
            'Gemm',
            inputs,
            { transA: { int: transA }, transB: { int: transB }, alpha: { float: 0.5 }, beta: { float: 2 } },
            [m, n],
          );
        }));
  it('Einsum', () =>
    agrees((g, [b, h, t, d], v) =>
      node(g, 'Einsum', [v('x', [b, h, t, d]), v('y', [b, h, 3, d])], { equation: { text: 'bhid,bhjd->bhij' } }, [
        b,
        h,
        t,
        3,
      ]),
    ));
});

describe('movement', () => {
  it('Slice from both ends', () =>
    agrees((g, [a, b], v) =>
      node(g, 'Slice', [v('x', [a, b + 3]), g.integers([1]), g.integers([-1]), g.integers([1])], {}, [a, b + 1]),
    ));
  it('Slice of the last', () =>
    agrees((g, [a, b], v) =>
      node(
        g,
        'Slice',
        [v('x', [a + 2, b]), g.integers([-2]), g.integers([Number.MAX_SAFE_INTEGER]), g.integers([-2])],
        {},
        [2, b],
      ),
    ));
  it('Slice to an end past the end', () =>
    agrees((g, [a, b], v) =>
      node(g, 'Slice', [v('x', [a, b + 1]), g.integers([1]), g.integers([100]), g.integers([1])], {}, [a, b]),
    ));
  it('Slice along two axes', () =>
    agrees((g, [a, b], v) =>
      node(
        g,
        'Slice',
        [v('x', [a + 1, 2, b + 1]), g.integers([1, -b]), g.integers([a + 1, 50]), g.integers([0, 2])],
        {},
        [a, 2, b],
      ),
    ));
  it('Slice by steps', () =>
    agrees((g, [a, b], v) =>
      node(
        g,
        'Slice',
        [v('x', [a, 2 * b + 1]), g.integers([0]), g.integers([2 * b]), g.integers([1]), g.integers([2])],
        {},
        [a, b],
      ),
    ));
  it('Pad on several sides', () =>
    agrees((g, [a, b], v) => node(g, 'Pad', [v('x', [a, b]), g.integers([1, 0, 0, 2])], {}, [a + 1, b + 2])));
  it('Pad that cuts off', () =>
    agrees((g, [a, b], v) => node(g, 'Pad', [v('x', [a, b + 2]), g.integers([0, -1, 1, -1])], {}, [a + 1, b])));
  it('Concat', () =>
    agrees((g, [a, b, c], v) =>
      node(g, 'Concat', [v('x', [a, b]), v('y', [a, c])], { axis: { int: -1 } }, [a, b + c]),
    ));
  it('Concat that a product reads', () =>
    agrees((g, [a, b, c], v) =>
      g.node('MatMul', [
        node(g, 'Concat', [v('x', [a, b]), v('y', [a, c])], { axis: { int: 1 } }, [a, b + c]),
        v('w', [b + c, 3]),
      ]),
    ));
  it('Split, by all parts and by one', () =>
    agrees((g, [a, b, c], v) => {
      const x = v('x', [a, b + c + 2]);
      const rows = x.dims[0]!;
      const [first, , third] = g.append(
        'Split',
        [x, g.integers([b, c, 2])],
        { axis: { int: 1 } },
        [b, c, 2].map((d) => ({ dims: [rows, d], type: 'float32' as const })),
      );
      const used = g.node('ReduceSum', [first!, g.integers([1])]);
      return b % 2 ? used : g.node('Add', [used, g.node('ReduceSum', [third!, g.integers([1])])]);
    }));
  it('Expand', () =>
    agrees((g, [a, b, c], v) => node(g, 'Expand', [v('x', [1, c]), g.integers([a, b, c])], {}, [a, b, c])));
  it('Tile', () =>
    agrees((g, [a, b, c], v) => node(g, 'Tile', [v('x', [a, b, c]), g.integers([b, 1, 2])], {}, [a * b, b, 2 * c])));
  it('Squeeze and Unsqueeze', () =>
    agrees((g, [a, b], v) =>
      node(
        g,
        'Unsqueeze',
        [node(g, 'Squeeze', [v('x', [a, 1, b]), g.integers([1])], {}, [a, b]), g.integers([0, 3])],
        {},
        [1, a, b, 1],
      ),
    ));
  it('Reshape to dims only known when it runs', () =>
    agrees((g, [a, b, c], v) => node(g, 'Reshape', [v('x', [a, b, c]), g.integers([c, -1])], {}, [c, a * b])));
});

describe('selection', () => {
  it('Where, spread over a batch', () =>
    agrees((g, [a, b, c], v) => node(g, 'Where', [booleans(g, c), v('x', [a, b, c]), v('y', [b, 1])], {}, [a, b, c]), {
      known: true,
    }));
  it('Gather of one', () =>
    agrees((g, [a, b], v) =>
      node(g, 'Gather', [v('x', [a, b + 1, 2]), indices(g, [-1], [])], { axis: { int: 1 } }, [a, 2]),
    ));
  it('Gather of many, some twice', () =>
    agrees((g, [a, b, c], v) =>
      node(g, 'Gather', [v('x', [a, b + 1, c]), indices(g, [0, -1, 0, b], [2, 2])], { axis: { int: 1 } }, [a, 2, 2, c]),
    ));
  it('GatherElements, some twice', () =>
    agrees((g, [a, b], v) =>
      node(
        g,
        'GatherElements',
        [
          v('x', [a, b + 1]),
          indices(
            g,
            Array.from({ length: 3 * a }, (_, i) => [0, b, -1][i % 3]!),
            [a, 3],
          ),
        ],
        { axis: { int: 1 } },
        [a, 3],
      ),
    ));
  it('Gather from an embedding', () =>
    agrees((g, [a, b], v) => node(g, 'Gather', [v('x', [a + 1, b]), indices(g, [0, a, 0], [3])], {}, [3, b])));
});

describe('reduction', () => {
  for (const op of ['ReduceSum', 'ReduceMean', 'ReduceSumSquare']) {
    it(`${op}, dims kept`, () =>
      agrees((g, [a, b, c], v) => node(g, op, [v('x', [a, b, c]), g.integers([-1, 0])], {}, [1, b, 1])));
    it(`${op}, dims gone`, () =>
      agrees((g, [a, b, c], v) => node(g, op, [v('x', [a, b, c]), g.integers([1])], { keepdims: { int: 0 } }, [a, c])));
    it(`${op} of all`, () => agrees((g, [a, b], v) => node(g, op, [v('x', [a, b])], { keepdims: { int: 0 } }, [])));
  }
});

describe('normalisation', () => {
  it('Softmax and LogSoftmax along another axis than the last', () =>
    agrees((g, [a, b, c], v) => {
      const soft = g.node('Softmax', [v('x', [a, b, c])], { axis: { int: 1 } });
      return g.node('LogSoftmax', [soft], { axis: { int: 0 } });
    }));
  it('LayerNormalization over two dims', () =>
    agrees((g, [a, b, c], v) => {
      const inputs = [v('x', [a, b, c + 2]), v('scale', [b, c + 2]), v('bias', [b, c + 2])];
      const statistics = { dims: [inputs[0]!.dims[0]!, 1, 1], type: 'float32' as const };
      return g.append('LayerNormalization', inputs, { axis: { int: -2 }, epsilon: { float: 1e-2 } }, [
        { dims: inputs[0]!.dims, type: 'float32' },
        statistics,
        statistics,
      ])[0]!;
    }));
  it('InstanceNormalization', () =>
    agrees(
      (g, [a, b, c], v) => {
        return g.node('InstanceNormalization', [v('x', [a, b, c + 2]), v('scale', [b]), v('bias', [b])], {
          epsilon: { float: 0.1 },
        });
      },
      { float32: true, known: true },
    ));
  it('GroupNormalization', () =>
    agrees(
      (g, [a, b, c], v) => {
        return g.node('GroupNormalization', [v('x', [a, 2 * b, c + 2]), v('scale', [b]), v('bias', [b])], {
          num_groups: { int: b },
          epsilon: { float: 0.1 },
        });
      },
      { float32: true, known: true },
    ));
});

describe('convolution', () => {
  it('Conv that looks at each frame, in groups, padded unevenly', () =>
    agrees(
      (g, [a, b, c, extra], v) => {
        const frames = c + 3 + extra;
        const inputs = [v('x', [a, 2 * b, frames]), g.parameter('weight', [4, b, 3]), g.parameter('bias', [4])];
        return node(g, 'Conv', inputs, { group: { int: 2 }, pads: { ints: [2, 1] } }, [a, 4, frames + 1]);
      },
      { float32: true },
    ));
  it('Conv whose stride leaves inputs over', () =>
    agrees(
      (g, [a, b, c, extra], v) => {
        const frames = c + 3 + extra;
        const inputs = [v('x', [a, 2 * b, frames]), g.parameter('weight', [4, b, 3])];
        return node(g, 'Conv', inputs, { group: { int: 2 }, strides: { ints: [3] }, pads: { ints: [1, 0] } }, [
          a,
          4,
          Math.floor((frames + 1 - 3) / 3) + 1,
        ]);
      },
      { float32: true },
    ));
});
