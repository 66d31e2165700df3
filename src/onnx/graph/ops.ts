import type { Dim, Graph, Value } from './graph.ts';

/** ONNX operators by their names in the field, on values of one graph. Shapes are inferred and checked. */

export const add = (g: Graph, a: Value, b: Value): Value => g.node('Add', [a, b]);
export const sub = (g: Graph, a: Value, b: Value): Value => g.node('Sub', [a, b]);
export const mul = (g: Graph, a: Value, b: Value): Value => g.node('Mul', [a, b]);
export const div = (g: Graph, a: Value, b: Value): Value => g.node('Div', [a, b]);
export const sqrt = (g: Graph, x: Value): Value => g.node('Sqrt', [x]);
export const relu = (g: Graph, x: Value): Value => g.node('Relu', [x]);
export const gelu = (g: Graph, x: Value): Value => g.node('Gelu', [x]);
export const matmul = (g: Graph, a: Value, b: Value): Value => g.node('MatMul', [a, b]);
export const softmax = (g: Graph, x: Value): Value => g.node('Softmax', [x], { axis: { int: -1 } });

export function transpose(g: Graph, x: Value, perm: readonly number[]): Value {
  return g.node('Transpose', [x], { perm: { ints: perm } });
}

/** Swaps the last two dims. */
export function transposeLast(g: Graph, x: Value): Value {
  const rank = x.dims.length;
  return transpose(g, x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

/**
 * Gives x other dims. A symbolic dim that keeps its place is copied; at most one other may be symbolic, and follows
 * from the size.
 */
export function reshape(g: Graph, x: Value, dims: readonly Dim[]): Value {
  const target = dims.map((d, i) => (typeof d === 'number' ? d : x.dims[i] === d ? 0 : -1));
  if (target.filter((d) => d === -1).length > 1)
    throw new Error(`reshape ${x.name}[${x.dims.join(', ')}] to [${dims.join(', ')}]: more than one dim is unknown`);
  return g.node('Reshape', [x, g.integers(target)], {}, 'Reshape', dims);
}

/** x without its first `before` and its last `after` places along an axis. */
export function trim(g: Graph, x: Value, axis: number, before: number, after: number): Value {
  const dim = x.dims[axis]!;
  const end = after === 0 ? Number.MAX_SAFE_INTEGER : -after;
  const dims = [...x.dims];
  dims[axis] = typeof dim === 'number' ? dim - before - after : `${dim}-${before + after}`;
  const inputs = [x, g.integers([before]), g.integers([end]), g.integers([axis])];
  return g.node('Slice', inputs, {}, 'Slice', dims);
}

/** x with zeros before and after along an axis; `dim` is the resulting dim. */
export function pad(g: Graph, x: Value, axis: number, before: number, after: number, dim: Dim): Value {
  const rank = x.dims.length;
  const pads = new Array<number>(rank * 2).fill(0);
  pads[axis] = before;
  pads[rank + axis] = after;
  const dims = [...x.dims];
  dims[axis] = dim;
  return g.node('Pad', [x, g.integers(pads)], {}, 'Pad', dims);
}

export function concat(g: Graph, values: readonly Value[], axis: number): Value {
  return g.node('Concat', values, { axis: { int: axis } });
}

export function reduceSum(g: Graph, x: Value, axes: readonly number[], keep = true): Value {
  return g.node('ReduceSum', [x, g.integers(axes)], { keepdims: { int: keep ? 1 : 0 } });
}

export function reduceMean(g: Graph, x: Value, axes: readonly number[], keep = true): Value {
  return g.node('ReduceMean', [x, g.integers(axes)], { keepdims: { int: keep ? 1 : 0 } });
}

/** Layer normalisation over the last dim (Ba et al. 2016). */
export function layerNorm(g: Graph, x: Value, scale: Value, bias: Value): Value {
  return g.nodeMany('LayerNormalization', [x, scale, bias], { axis: { int: -1 }, epsilon: { float: 1e-5 } })[0]!;
}

/** Rounds to float16. */
export function castToHalf(g: Graph, x: Value): Value {
  return g.node('Cast', [x], { to: { int: 10 } });
}

export function castToFloat(g: Graph, x: Value): Value {
  return g.node('Cast', [x], { to: { int: 1 } });
}
