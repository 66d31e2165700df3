import type { Dim, Value } from '../graph.ts';
import { pad, reshape, transpose, trim } from '../ops.ts';
import type { GradientContext, GradientRule } from './rule.ts';

export const movement: Record<string, GradientRule> = {
  Reshape: (c) => [reshape(c.graph, c.gradient, c.node.inputs[0]!.dims)],
  Transpose: (c) => {
    const attribute = c.node.attributes.perm as { ints: readonly number[] };
    const inverse = attribute.ints.map((_, i) => attribute.ints.indexOf(i));
    return [transpose(c.graph, c.gradient, inverse)];
  },
  // Made by ops.trim: one axis, an end counted from the back.
  Slice: (c) => {
    const [x, starts, ends, axes] = c.node.inputs as [Value, Value, Value, Value];
    const axis = integer(c, axes);
    const end = integer(c, ends);
    return [pad(c.graph, c.gradient, axis, integer(c, starts), end < 0 ? -end : 0, x.dims[axis]!)];
  },
  // Made by ops.pad: one axis.
  Pad: (c) => {
    const amounts = Array.from(c.graph.constants.get(c.node.inputs[1]!.name)!.data as BigInt64Array, Number);
    const rank = amounts.length / 2;
    const axis = amounts.findIndex((amount) => amount > 0) % rank;
    const trimmed = trim(c.graph, c.gradient, axis, amounts[axis]!, amounts[rank + axis]!);
    return [{ ...trimmed, dims: c.node.inputs[0]!.dims }];
  },
  Concat: (c) => {
    const attribute = c.node.attributes.axis as { int: number };
    const axis = attribute.int < 0 ? attribute.int + c.gradient.dims.length : attribute.int;
    const sizes = c.node.inputs.map((v) => fixed(v!.dims[axis]!));
    const total = sizes.reduce((a, b) => a + b, 0);
    let before = 0;
    return sizes.map((size, i) => {
      const start = before;
      before += size;
      return c.wants(i) ? trim(c.graph, c.gradient, axis, start, total - start - size) : undefined;
    });
  },
};

function integer(c: GradientContext, value: Value): number {
  return Number((c.graph.constants.get(value.name)!.data as BigInt64Array)[0]);
}

function fixed(dim: Dim): number {
  if (typeof dim !== 'number') throw new Error(`gradient of Concat along ${dim}: the dim must be a number`);
  return dim;
}
