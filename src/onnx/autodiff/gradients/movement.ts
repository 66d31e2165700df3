import { intOf, intsOf, textOf, wrapAxis } from '../../graph/attributes.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { matmul, pad, reduceSum, transpose, transposeLast, trim } from '../../graph/ops.ts';
import { dimOf, joined, knownIntegers, reshapeLike, zerosLike } from '../../graph/shapes.ts';
import { gatherGradient } from './selection.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';

const backToInput: GradientRule = (c) => [reshapeLike(c.graph, c.gradient, c.node.inputs[0]!)];

export const movement: Record<string, GradientRule> = {
  Reshape: backToInput,
  Squeeze: backToInput,
  Unsqueeze: backToInput,
  Flatten: backToInput,
  Expand: (c) => [unbroadcast(c.graph, c.gradient, c.node.inputs[0]!)],
  Transpose: (c) => {
    const reversed = c.gradient.dims.map((_, i) => i).reverse();
    const perm = intsOf(c.node.attributes, 'perm', reversed);
    return [
      transpose(
        c.graph,
        c.gradient,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ];
  },
  Slice: (c) => [sliceGradient(c)],
  Tile: (c) => [tileGradient(c)],
  // Padding by as much less: what was added is cut off, what was cut off comes back as zeros.
  Pad: (c) => {
    const [x, amounts] = c.node.inputs as [Value, Value];
    const mode = textOf(c.node.attributes, 'mode', 'constant');
    if (mode !== 'constant') throw new Error(`no gradient for padding by ${mode}`);
    const known = knownIntegers(c.graph, amounts);
    const less = known ? c.graph.integers(known.map((amount) => 0 - amount)) : c.graph.node('Neg', [amounts]);
    return [c.graph.node('Pad', [c.gradient, less], {}, 'Pad', x.dims)];
  },
  Concat: (c) => {
    const axis = wrapAxis(intOf(c.node.attributes, 'axis', 0), c.gradient.dims.length);
    const sizes = c.node.inputs.map((v) => v!.dims[axis]!);
    if (!sizes.every((size) => typeof size === 'number')) return splitAsJoined(c, axis);
    const total = sizes.reduce((a, b) => a + b, 0);
    const weight = axis === c.gradient.dims.length - 1 ? weightOfReader(c) : undefined;
    let before = 0;
    return sizes.map((size, i) => {
      const start = before;
      before += size;
      const part = (x: Value, along: number): Value => trim(c.graph, x, along, start, total - start - size);
      if (!c.wants(i)) return undefined;
      return weight
        ? matmul(c.graph, c.reader!.gradient, transposeLast(c.graph, part(weight, 0)))
        : part(c.gradient, axis);
    });
  },
  Split: (c) => {
    const parts = c.gradients.map((gradient, i) => gradient ?? zerosLike(c.graph, c.node.outputs[i]!));
    const axis = intOf(c.node.attributes, 'axis', 0);
    return [c.graph.node('Concat', parts, { axis: { int: axis } }, 'Concat', c.node.inputs[0]!.dims)];
  },
};

/**
 * Where a linear layer alone reads the output, its weight: each part's gradient is a product with a part of it, and the
 * whole needs not be there.
 */
function weightOfReader({ node, reader }: GradientContext): Value | undefined {
  const [x, weight] = reader?.node.op === 'MatMul' ? reader.node.inputs : [];
  return x?.name === node.outputs[0]!.name && weight?.dims.length === 2 ? weight : undefined;
}

/** Each place of x gets the sum over its copies: the gradient seen as [repeats, dim] along every axis. */
function tileGradient({ graph: g, node, gradient }: GradientContext): Value {
  const [x, repeats] = node.inputs as [Value, Value];
  const times = x.dims.map((_, i) =>
    g.node('Slice', [repeats, g.integers([i]), g.integers([i + 1]), g.integers([0])], {}, 'Slice', [1]),
  );
  const apart = joined(
    g,
    x.dims.flatMap((_, i) => [times[i]!, dimOf(g, x, i)]),
  );
  const folded = g.node(
    'Reshape',
    [gradient, apart],
    {},
    'Reshape',
    x.dims.flatMap((d, i) => [`${x.name}.times.${i}`, d]),
  );
  return reduceSum(
    g,
    folded,
    x.dims.map((_, i) => 2 * i),
    false,
  );
}

/** A concatenation's gradient where the parts' sizes are only known when it runs. */
function splitAsJoined({ graph: g, node, gradient }: GradientContext, axis: number): Value[] {
  const sizes = joined(
    g,
    node.inputs.map((v) => dimOf(g, v!, axis)),
  );
  return g.append(
    'Split',
    [gradient, sizes],
    { axis: { int: axis } },
    node.inputs.map((v) => ({ dims: v!.dims, type: 'float32' })),
  );
}

/** Zeros put back on both sides; steps other than one are the gradient of choosing places one by one. */
function sliceGradient({ graph: g, node, gradient }: GradientContext): Value {
  const [x, starts, ends, axesInput, stepsInput] = node.inputs as [Value, Value, Value, Value?, Value?];
  const axes = (
    axesInput ? required(g, axesInput) : starts.dims[0] === undefined ? [] : [...Array(Number(starts.dims[0])).keys()]
  ).map((axis) => wrapAxis(axis, x.dims.length));
  const steps = stepsInput ? required(g, stepsInput) : axes.map(() => 1);
  if (steps.every((step) => step === 1)) {
    const from = knownIntegers(g, starts);
    const to = knownIntegers(g, ends);
    const only = axes[0]!;
    const amounts = axes.length === 1 && from && to ? fixedAmounts(from[0]!, to[0]!, x.dims[only]!) : undefined;
    return amounts
      ? pad(g, gradient, only, amounts[0], amounts[1], x.dims[only]!)
      : padAround(g, gradient, x, axes, starts);
  }
  if (axes.length > 1) throw new Error('no gradient for a Slice by steps along several axes');
  const places = g.append(
    'Range',
    [g.constant(BigInt64Array.of(0n), []), scalarDim(g, x, axes[0]!), g.constant(BigInt64Array.of(1n), [])],
    {},
    [{ dims: [x.dims[axes[0]!]!], type: 'int64' }],
  )[0]!;
  const chosen = g.node('Slice', [places, starts, ends, g.integers([0]), stepsInput], {}, 'Slice', [
    gradient.dims[axes[0]!]!,
  ]);
  return gatherGradient(g, gradient, x, chosen, axes[0]!);
}

/** How much was cut off before and after, if that doesn't depend on a dim that is unknown. */
function fixedAmounts(start: number, end: number, dim: number | string): [number, number] | undefined {
  if (typeof dim === 'number') {
    const place = (at: number): number => Math.min(dim, Math.max(0, at < 0 ? at + dim : at));
    return [place(start), dim - place(end)];
  }
  if (start < 0 || (end >= 0 && end < 2 ** 31 - 1)) return undefined;
  return [start, end < 0 ? -end : 0];
}

/** Zeros around a gradient, by as much as ONNX Runtime finds was cut off there. */
function padAround(g: Graph, gradient: Value, x: Value, axes: readonly number[], starts: Value): Value {
  const rank = x.dims.length;
  const zero = g.integers([0]);
  const before: Value[] = new Array<Value>(rank).fill(zero);
  const after: Value[] = new Array<Value>(rank).fill(zero);
  axes.forEach((axis, i) => {
    const dim = dimOf(g, x, axis);
    const start =
      axes.length === 1
        ? starts
        : g.node('Slice', [starts, g.integers([i]), g.integers([i + 1]), zero], {}, 'Slice', [1]);
    const counted = g.node('Where', [g.node('Less', [start, zero]), g.node('Add', [start, dim]), start]);
    before[axis] = g.node('Max', [zero, g.node('Min', [counted, dim])]);
    after[axis] = g.node('Sub', [g.node('Sub', [dim, before[axis]]), runtimeDim(g, gradient, axis)]);
  });
  return g.node('Pad', [gradient, joined(g, [...before, ...after])], {}, 'Pad', x.dims);
}

/** Read when it runs, even if the builder took it for known: a slice may end before its end. */
function runtimeDim(g: Graph, x: Value, axis: number): Value {
  return g.append('Shape', [x], { start: { int: axis }, end: { int: axis + 1 } }, [{ dims: [1], type: 'int64' }])[0]!;
}

function scalarDim(g: Graph, x: Value, axis: number): Value {
  return g.node('Squeeze', [dimOf(g, x, axis)], {}, 'Squeeze', []);
}

function required(g: Graph, value: Value): number[] {
  const known = knownIntegers(g, value);
  if (!known) throw new Error(`gradient of Slice: ${value.name} must be a constant`);
  return known;
}
