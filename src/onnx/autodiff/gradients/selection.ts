import { intOf, wrapAxis } from '../../graph/attributes.ts';
import type { Dim, Graph, Value } from '../../graph/graph.ts';
import { pad, transpose } from '../../graph/ops.ts';
import { dimOf, expandLike, joined, knownIntegers, reshapeLike, zerosLike } from '../../graph/shapes.ts';
import { unbroadcast, type GradientRule } from './rule.ts';

export const selection: Record<string, GradientRule> = {
  Where: (c) => {
    const { graph: g, gradient } = c;
    const [condition, a, b] = c.node.inputs as [Value, Value, Value];
    const zero = g.scalar(0);
    return [
      undefined,
      c.wants(1) ? unbroadcast(g, g.node('Where', [condition, gradient, zero]), a) : undefined,
      c.wants(2) ? unbroadcast(g, g.node('Where', [condition, zero, gradient]), b) : undefined,
    ];
  },
  Gather: ({ graph, node, gradient }) => {
    const [x, indices] = node.inputs as [Value, Value];
    return [gatherGradient(graph, gradient, x, indices, wrapAxis(intOf(node.attributes, 'axis', 0), x.dims.length))];
  },
  GatherElements: ({ graph: g, node, gradient }) => {
    const [x, indices] = node.inputs as [Value, Value];
    const attributes = { axis: { int: intOf(node.attributes, 'axis', 0) }, reduction: { text: 'add' } };
    return [g.node('ScatterElements', [zerosLike(g, x), indices, gradient], attributes, 'ScatterElements', x.dims)];
  },
};

/**
 * Each place of x gets the sum of the gradients of where it went: [before…, indices…, after…] → [before…, place,
 * after…].
 */
export function gatherGradient(g: Graph, gradient: Value, x: Value, indices: Value, axis: number): Value {
  const rank = indices.dims.length;
  const only = knownIntegers(g, indices);
  const size = x.dims[axis]!;
  if (only?.length === 1 && typeof size === 'number') {
    const at = only[0]! < 0 ? only[0]! + size : only[0]!;
    const dims = [...x.dims];
    dims[axis] = 1;
    const kept = rank === 1 ? gradient : g.node('Unsqueeze', [gradient, g.integers([axis])], {}, 'Unsqueeze', dims);
    return pad(g, kept, axis, at, size - at - 1, size);
  }
  return scatter(g, gradient, x, indices, axis);
}

/** Rows of all that is chosen, added up where their index says. */
function scatter(g: Graph, gradient: Value, x: Value, indices: Value, axis: number): Value {
  const rank = indices.dims.length;
  const places = [...Array(rank).keys()].map((i) => axis + i);
  const others = [...gradient.dims.keys()].filter((i) => !places.includes(i));
  const placesFirst = places[0] === 0 ? gradient : transpose(g, gradient, [...places, ...others]);
  const count = g.node('Reshape', [indices, g.integers([-1, 1])], {}, 'Reshape', ['places', 1]);
  const width: Dim[] = ['places', 'row'];
  const rows = g.node(
    'Reshape',
    [placesFirst, joined(g, [dimOf(g, count, 0), g.integers([-1])])],
    {},
    'Reshape',
    width,
  );
  const spread = expandLike(g, count, rows);
  // ScatterElements counts negative indices from the end, as Gather does.
  const axisFirst = axis === 0 ? x : transpose(g, x, [axis, ...[...x.dims.keys()].filter((i) => i !== axis)]);
  const flat = g.node(
    'Reshape',
    [zerosLike(g, axisFirst), joined(g, [dimOf(g, x, axis), g.integers([-1])])],
    {},
    'Reshape',
    [x.dims[axis]!, 'row'],
  );
  const added = g.node(
    'ScatterElements',
    [flat, spread, rows],
    { axis: { int: 0 }, reduction: { text: 'add' } },
    'ScatterElements',
    flat.dims,
  );
  const shaped = reshapeLike(g, added, axisFirst);
  return axis === 0
    ? shaped
    : transpose(
        g,
        shaped,
        [...Array(axis).keys()]
          .map((i) => i + 1)
          .concat(
            0,
            [...Array(x.dims.length - axis - 1).keys()].map((i) => i + axis + 1),
          ),
      );
}
