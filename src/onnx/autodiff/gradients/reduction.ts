import { intOf, wrapAxis } from '../../graph/attributes.ts';
import type { Dim, Value } from '../../graph/graph.ts';
import { castToFloat, div, mul } from '../../graph/ops.ts';
import { expandLike, knownIntegers } from '../../graph/shapes.ts';
import type { GradientContext, GradientRule } from './rule.ts';

export const reduction: Record<string, GradientRule> = {
  ReduceSum: (c) => [expandLike(c.graph, kept(c), c.node.inputs[0]!)],
  ReduceMean: (c) => [expandLike(c.graph, div(c.graph, kept(c), averaged(c)), c.node.inputs[0]!)],
  ReduceSumSquare: ({ graph: g, ...c }) => [mul(g, mul(g, c.node.inputs[0]!, g.scalar(2)), kept({ graph: g, ...c }))],
};

/** The gradient with ones where dims were summed away. */
function kept({ graph: g, node, gradient }: GradientContext): Value {
  const x = node.inputs[0]!;
  if (intOf(node.attributes, 'keepdims', 1) === 1) return gradient;
  const axes = axesOf({ graph: g, node });
  const dims = x.dims.map((d, i): Dim => (axes.includes(i) ? 1 : d));
  return g.node('Unsqueeze', [gradient, g.integers(axes)], {}, 'Unsqueeze', dims);
}

function axesOf({ graph, node }: Pick<GradientContext, 'graph' | 'node'>): number[] {
  const [x, axes] = node.inputs as [Value, Value | undefined];
  const known = axes ? knownIntegers(graph, axes) : [];
  if (!known) throw new Error(`gradient of ${node.op}: its axes must be constant`);
  if (known.length === 0) return intOf(node.attributes, 'noop_with_empty_axes', 0) === 1 ? [] : [...x.dims.keys()];
  return known.map((axis) => wrapAxis(axis, x.dims.length));
}

/** How many numbers each mean is of. */
function averaged(c: GradientContext): Value {
  const { graph: g, node } = c;
  const x = node.inputs[0]!;
  const sizes = axesOf(c).map((axis) => x.dims[axis]!);
  if (sizes.every((size) => typeof size === 'number')) return g.scalar(sizes.reduce((a, b) => a * b, 1));
  return castToFloat(g, g.node('Div', [g.node('Size', [x]), g.node('Size', [node.outputs[0]!])]));
}
