import { textOf } from '../../graph/attributes.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { add, div, mul, sub } from '../../graph/ops.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';

const binary =
  (
    left: (c: GradientContext, a: Value, b: Value) => Value,
    right: (c: GradientContext, a: Value, b: Value) => Value,
  ): GradientRule =>
  (c) => {
    const [a, b] = c.node.inputs as [Value, Value];
    return [
      c.wants(0) ? unbroadcast(c.graph, left(c, a, b), a) : undefined,
      c.wants(1) ? unbroadcast(c.graph, right(c, a, b), b) : undefined,
    ];
  };

const negated = (c: GradientContext, x: Value): Value => c.graph.node('Neg', [x]);

export const elementwise: Record<string, GradientRule> = {
  Identity: (c) => [c.gradient],
  // Between floats: all of them are float32 here.
  Cast: (c) => [c.gradient],
  Neg: (c) => [negated(c, c.gradient)],
  Abs: (c) => [mul(c.graph, c.gradient, c.graph.node('Sign', [c.node.inputs[0]!]))],
  Add: binary(
    (c) => c.gradient,
    (c) => c.gradient,
  ),
  Sub: binary(
    (c) => c.gradient,
    (c) => negated(c, c.gradient),
  ),
  Mul: binary(
    (c, _, b) => mul(c.graph, c.gradient, b),
    (c, a) => mul(c.graph, c.gradient, a),
  ),
  Div: binary(
    (c, _, b) => div(c.graph, c.gradient, b),
    (c, _, b) => negated(c, div(c.graph, mul(c.graph, c.gradient, c.node.outputs[0]!), b)),
  ),
  // The exponent's gradient is for bases above zero, where the logarithm is there.
  Pow: binary(
    ({ graph: g, gradient }, a, b) => mul(g, gradient, mul(g, b, g.node('Pow', [a, sub(g, b, g.scalar(1))]))),
    ({ graph: g, gradient, node }, a) => mul(g, gradient, mul(g, node.outputs[0]!, g.node('Log', [a]))),
  ),
  Exp: (c) => [mul(c.graph, c.gradient, c.node.outputs[0]!)],
  Log: (c) => [div(c.graph, c.gradient, c.node.inputs[0]!)],
  Sqrt: (c) => [div(c.graph, mul(c.graph, c.gradient, c.graph.scalar(0.5)), c.node.outputs[0]!)],
  Reciprocal: ({ graph: g, gradient, node }) => [
    g.node('Neg', [mul(g, gradient, mul(g, node.outputs[0]!, node.outputs[0]!))]),
  ],
  Erf: ({ graph: g, gradient, node }) => {
    const x = node.inputs[0]!;
    const bell = g.node('Exp', [g.node('Neg', [mul(g, x, x)])]);
    return [mul(g, gradient, mul(g, bell, g.scalar(2 / Math.sqrt(Math.PI))))];
  },
};

export const activations: Record<string, GradientRule> = {
  // Read off the output, which the next layer keeps anyway: nothing more to store. So steep a sigmoid is 1 above zero
  // and 0 at it, in one pass where a comparison and a cast are two.
  Relu: (c) => {
    const y = c.node.outputs[0]!;
    return [
      mul(
        c.graph,
        c.gradient,
        c.graph.node('HardSigmoid', [y], { alpha: { float: 3e38 }, beta: { float: 0 } }, 'HardSigmoid', y.dims),
      ),
    ];
  },
  Tanh: (c) => {
    const y = c.node.outputs[0]!;
    return [mul(c.graph, c.gradient, sub(c.graph, c.graph.scalar(1), mul(c.graph, y, y)))];
  },
  Sigmoid: (c) => {
    const y = c.node.outputs[0]!;
    return [mul(c.graph, c.gradient, mul(c.graph, y, sub(c.graph, c.graph.scalar(1), y)))];
  },
  Gelu: ({ graph, gradient, node }) => {
    const x = node.inputs[0]!;
    const slope =
      textOf(node.attributes, 'approximate', 'none') === 'tanh' ? geluTanhSlope(graph, x) : geluSlope(graph, x);
    return [mul(graph, gradient, slope)];
  },
};

/** d/dx x·Φ(x) = Φ(x) + x·φ(x), with Φ and φ the standard normal's distribution and density. */
function geluSlope(g: Graph, x: Value): Value {
  const cumulative = mul(g, add(g, g.node('Erf', [mul(g, x, g.scalar(Math.SQRT1_2))]), g.scalar(1)), g.scalar(0.5));
  const density = mul(g, g.node('Exp', [mul(g, mul(g, x, x), g.scalar(-0.5))]), g.scalar(1 / Math.sqrt(2 * Math.PI)));
  return add(g, cumulative, mul(g, x, density));
}

/** The same of ½x·(1 + t) with t = tanh(u) and u = √(2/π)·(x + 0.044715·x³): ½(1 + t) + ½x·(1 − t²)·du/dx. */
function geluTanhSlope(g: Graph, x: Value): Value {
  const s = (n: number): Value => g.scalar(n);
  const k = Math.sqrt(2 / Math.PI);
  const square = mul(g, x, x);
  const t = g.node('Tanh', [mul(g, x, add(g, mul(g, square, s(0.044715 * k)), s(k)))]);
  const inner = add(g, mul(g, square, s(3 * 0.044715 * k)), s(k));
  const bend = mul(g, mul(g, x, sub(g, s(1), mul(g, t, t))), inner);
  return mul(g, add(g, add(g, t, s(1)), bend), s(0.5));
}
