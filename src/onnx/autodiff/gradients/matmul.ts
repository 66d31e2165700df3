import { floatOf, intOf, textOf } from '../../graph/attributes.ts';
import type { Attributes, Graph, Value } from '../../graph/graph.ts';
import { matmul, mul, reshape, transpose, transposeLast } from '../../graph/ops.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';

export const matmuls: Record<string, GradientRule> = {
  MatMul: (c) => {
    const [a, b] = c.node.inputs as [Value, Value];
    const g = c.graph;
    return [
      c.wants(0) ? unbroadcast(g, matmul(g, c.gradient, transposeLast(g, b)), a) : undefined,
      c.wants(1)
        ? b.dims.length === 2
          ? weightGradient(c, a)
          : unbroadcast(g, transposedTimes(g, a, c.gradient), b)
        : undefined,
    ];
  },
  // alpha · A′·B′ + beta · C, where a prime is an optional transposition.
  Gemm: (c) => {
    const { graph: g, gradient } = c;
    const [a, b, bias] = c.node.inputs as [Value, Value, Value | undefined];
    const { attributes } = c.node;
    const transA = intOf(attributes, 'transA', 0);
    const transB = intOf(attributes, 'transB', 0);
    const product = (left: Value, right: Value, swapLeft: number, swapRight: number): Value =>
      g.node('Gemm', [left, right], {
        alpha: { float: floatOf(attributes, 'alpha', 1) },
        transA: { int: swapLeft },
        transB: { int: swapRight },
      });
    const ofBias = (): Value => unbroadcast(g, scaled(g, gradient, floatOf(attributes, 'beta', 1)), bias!);
    return [
      c.wants(0) ? (transA ? product(b, gradient, transB, 1) : product(gradient, b, 0, 1 - transB)) : undefined,
      c.wants(1) ? (transB ? product(gradient, a, 1, transA) : product(a, gradient, 1 - transA, 0)) : undefined,
      bias && c.wants(2) ? ofBias() : undefined,
    ];
  },
  // Of two operands by an equation like `bhid,bhjd->bhij`: the gradient changes places with the operand it belongs to.
  Einsum: (c) => {
    const [a, b] = c.node.inputs as [Value, Value];
    const equation = textOf(c.node.attributes, 'equation', '').replaceAll(' ', '');
    const [, left, right, result] = /^([a-z]+),([a-z]+)->([a-z]+)$/i.exec(equation) ?? [];
    if (!left || !right || !result) throw new Error(`no gradient for the Einsum ${equation}`);
    return [
      c.wants(0) ? einsum(c.graph, [c.gradient, b], [result, right], a, left) : undefined,
      c.wants(1) ? einsum(c.graph, [c.gradient, a], [result, left], b, right) : undefined,
    ];
  },
};

function einsum(g: Graph, inputs: readonly Value[], letters: readonly string[], like: Value, result: string): Value {
  if ([...result].some((letter) => !letters.join('').includes(letter)))
    throw new Error(`no gradient for an Einsum that sums ${result} of one operand alone`);
  const attributes: Attributes = { equation: { text: `${letters.join(',')}->${result}` } };
  return g.node('Einsum', inputs, attributes, 'Einsum', like.dims);
}

const scaled = (g: Graph, x: Value, by: number): Value => (by === 1 ? x : mul(g, x, g.scalar(by)));

/**
 * aᵀ·y. Of two transpositions the smaller: attention's weights are [frames, frames], what they weigh [frames, dims].
 */
function transposedTimes(g: Graph, a: Value, y: Value): Value {
  const [wide, narrow] = [a.dims.at(-1)!, y.dims.at(-1)!];
  if (typeof wide === 'string' && typeof narrow === 'number')
    return transposeLast(g, matmul(g, transposeLast(g, y), a));
  return matmul(g, transposeLast(g, a), y);
}

/** One matrix product over all rows of the batch, where the general form would make a matrix an utterance and sum. */
function weightGradient({ graph: g, gradient }: GradientContext, a: Value): Value {
  if (a.dims.length === 2) return matmul(g, transpose(g, a, [1, 0]), gradient);
  const rows = a.dims.slice(0, -1).join('*');
  const inputRows = reshape(g, a, [rows, a.dims.at(-1)!]);
  const gradientRows = reshape(g, gradient, [rows, gradient.dims.at(-1)!]);
  return matmul(g, transpose(g, inputRows, [1, 0]), gradientRows);
}
