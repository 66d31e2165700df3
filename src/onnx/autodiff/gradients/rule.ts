import type { Graph, Node, Value } from '../../graph/graph.ts';
import { matmul, reduceSum, reshape } from '../../graph/ops.ts';
import { dimOf, joined, reshapeLike } from '../../graph/shapes.ts';

/** What a gradient rule is given: the node, dLoss/dOutput of its first output, and which inputs want a gradient. */
export interface GradientContext {
  readonly graph: Graph;
  readonly node: Node;
  readonly gradient: Value;
  /** dLoss/dOutput of every output, for operators that have several; undefined where the loss doesn't depend on it. */
  readonly gradients: readonly (Value | undefined)[];
  wants(input: number): boolean;
  /**
   * The one node in the forward pass that reads the node's first output, and dLoss/dOutput of that one; undefined where
   * several do or the loss.
   */
  readonly reader: { node: Node; gradient: Value } | undefined;
}

/** Appends the nodes that compute dLoss/dInput for the wanted inputs, in the inputs' order. */
export type GradientRule = (context: GradientContext) => (Value | undefined)[];

/** Sums a gradient over the dims along which its input x was broadcast. */
export function unbroadcast(g: Graph, gradient: Value, x: Value): Value {
  const extra = gradient.dims.length - x.dims.length;
  const [width] = x.dims;
  if (x.dims.length === 1 && extra > 0 && typeof width === 'number' && width > 1 && gradient.dims.at(-1) === width)
    return sumOfRows(g, gradient, width);
  const axes = gradient.dims.flatMap((d, i) => (i < extra || (x.dims[i - extra] === 1 && d !== 1) ? [i] : []));
  if (axes.length === 0) return gradient;
  const summed = reduceSum(g, gradient, axes);
  return extra === 0 ? summed : reshapeLike(g, summed, x);
}

/** A product with a row of ones: ONNX Runtime's own sum over rows takes twice as long. */
function sumOfRows(g: Graph, x: Value, width: number): Value {
  const rows = g.node('Reshape', [x, g.integers([-1, width])], {}, 'Reshape', ['rows', width]);
  const ones = g.node('Expand', [g.scalar(1), joined(g, [g.integers([1]), dimOf(g, rows, 0)])], {}, 'Expand', [
    1,
    'rows',
  ]);
  return reshape(g, matmul(g, ones, rows), [width]);
}
