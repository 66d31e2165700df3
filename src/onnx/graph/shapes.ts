import type { Dim, Graph, Value } from './graph.ts';
import { reshape } from './ops.ts';

/** Shape arithmetic that ONNX Runtime does when it runs, for dims that are not known when a graph is built. */

export const shapeOf = (g: Graph, x: Value): Value => g.node('Shape', [x]);

/** One dim of x, as a vector of one number. */
export function dimOf(g: Graph, x: Value, axis: number): Value {
  const dim = x.dims[axis];
  if (typeof dim === 'number') return g.integers([dim]);
  const [result] = g.append('Shape', [x], { start: { int: axis }, end: { int: axis + 1 } }, [
    { dims: [1], type: 'int64' },
  ]);
  return result!;
}

/** Gives x the dims of another value. */
export function reshapeLike(g: Graph, x: Value, like: Value): Value {
  return canReshape(x.dims, like.dims)
    ? reshape(g, x, like.dims)
    : g.node('Reshape', [x, shapeOf(g, like)], {}, 'Reshape', like.dims);
}

/** Spreads x over the dims of another value. */
export const expandLike = (g: Graph, x: Value, like: Value): Value =>
  g.node('Expand', [x, shapeOf(g, like)], {}, 'Expand', like.dims);

export const zerosLike = (g: Graph, like: Value): Value => expandLike(g, g.scalar(0), like);

/** Vectors of integers, one after the other. */
export function joined(g: Graph, parts: readonly Value[]): Value {
  if (parts.length === 1) return parts[0]!;
  return g.node('Concat', parts, { axis: { int: 0 } });
}

/** Whether `reshape` can say these dims: a dim that doesn't stay in its place is a number, but for one. */
export function canReshape(from: readonly Dim[], to: readonly Dim[]): boolean {
  return to.filter((d, i) => typeof d === 'string' && from[i] !== d).length <= 1;
}

/** The numbers of a constant of integers; undefined where it is only known when the graph runs. */
export function knownIntegers(g: Graph, value: Value): number[] | undefined {
  const data = g.constants.get(value.name)?.data;
  return data instanceof BigInt64Array ? Array.from(data, Number) : undefined;
}
