import type { Graph, Node, Value } from '../graph.ts';
import { reduceSum } from '../ops.ts';
import { reshapeLike } from '../shapes.ts';

/** What a gradient rule is given: the node, dLoss/dOutput of its first output, and which inputs want a gradient. */
export interface GradientContext {
  readonly graph: Graph;
  readonly node: Node;
  readonly gradient: Value;
  /** dLoss/dOutput of every output, for operators that have several; undefined where the loss doesn't depend on it. */
  readonly gradients: readonly (Value | undefined)[];
  wants(input: number): boolean;
  /** The one node on the way there that reads the node's first output, and dLoss/dOutput of that one; undefined where several do or the loss. */
  readonly reader: { node: Node; gradient: Value } | undefined;
}

/** Appends the nodes that compute dLoss/dInput for the wanted inputs, in the inputs' order. */
export type GradientRule = (context: GradientContext) => (Value | undefined)[];

/** Sums a gradient over the dims along which its input x was broadcast. */
export function unbroadcast(g: Graph, gradient: Value, x: Value): Value {
  const extra = gradient.dims.length - x.dims.length;
  const axes = gradient.dims.flatMap((d, i) => (i < extra || (x.dims[i - extra] === 1 && d !== 1) ? [i] : []));
  if (axes.length === 0) return gradient;
  const summed = reduceSum(g, gradient, axes);
  return extra === 0 ? summed : reshapeLike(g, summed, x);
}
