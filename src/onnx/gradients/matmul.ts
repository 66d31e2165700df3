import type { Value } from '../graph.ts';
import { matmul, reshape, transpose, transposeLast } from '../ops.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';

export const matmuls: Record<string, GradientRule> = {
  MatMul: (c) => {
    const [a, b] = c.node.inputs as [Value, Value];
    const g = c.graph;
    return [
      c.wants(0) ? unbroadcast(g, matmul(g, c.gradient, transposeLast(g, b)), a.dims) : undefined,
      c.wants(1) ? (b.dims.length === 2 ? weightGradient(c, a) : unbroadcast(g, matmul(g, transposeLast(g, a), c.gradient), b.dims)) : undefined,
    ];
  },
};

/** One matrix product over all rows of the batch, where the general form would make a matrix an utterance and sum. */
function weightGradient({ graph: g, gradient }: GradientContext, a: Value): Value {
  const rows = a.dims.slice(0, -1).join('*');
  const inputRows = reshape(g, a, [rows, a.dims.at(-1)!]);
  const gradientRows = reshape(g, gradient, [rows, gradient.dims.at(-1)!]);
  return matmul(g, transpose(g, inputRows, [1, 0]), gradientRows);
}
