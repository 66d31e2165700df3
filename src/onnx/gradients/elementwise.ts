import { add, castToFloat, div, mul, sub } from '../ops.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';
import type { Value } from '../graph.ts';

const binary =
  (left: (c: GradientContext, a: Value, b: Value) => Value, right: (c: GradientContext, a: Value, b: Value) => Value): GradientRule =>
  (c) => {
    const [a, b] = c.node.inputs as [Value, Value];
    return [
      c.wants(0) ? unbroadcast(c.graph, left(c, a, b), a.dims) : undefined,
      c.wants(1) ? unbroadcast(c.graph, right(c, a, b), b.dims) : undefined,
    ];
  };

const negated = (c: GradientContext, x: Value): Value => c.graph.node('Neg', [x]);

export const elementwise: Record<string, GradientRule> = {
  Identity: (c) => [c.gradient],
  Neg: (c) => [negated(c, c.gradient)],
  Add: binary((c) => c.gradient, (c) => c.gradient),
  Sub: binary((c) => c.gradient, (c) => negated(c, c.gradient)),
  Mul: binary((c, _, b) => mul(c.graph, c.gradient, b), (c, a) => mul(c.graph, c.gradient, a)),
  Div: binary(
    (c, _, b) => div(c.graph, c.gradient, b),
    (c, _, b) => negated(c, div(c.graph, mul(c.graph, c.gradient, c.node.outputs[0]!), b)),
  ),
  Exp: (c) => [mul(c.graph, c.gradient, c.node.outputs[0]!)],
  Log: (c) => [div(c.graph, c.gradient, c.node.inputs[0]!)],
  Sqrt: (c) => [div(c.graph, mul(c.graph, c.gradient, c.graph.scalar(0.5)), c.node.outputs[0]!)],
};

export const activations: Record<string, GradientRule> = {
  // Read off the output, which the next layer keeps anyway: nothing more to store.
  Relu: (c) => {
    const passed = c.graph.node('Greater', [c.node.outputs[0]!, c.graph.scalar(0)]);
    return [mul(c.graph, c.gradient, castToFloat(c.graph, passed))];
  },
  Tanh: (c) => {
    const y = c.node.outputs[0]!;
    return [mul(c.graph, c.gradient, sub(c.graph, c.graph.scalar(1), mul(c.graph, y, y)))];
  },
  Sigmoid: (c) => {
    const y = c.node.outputs[0]!;
    return [mul(c.graph, c.gradient, mul(c.graph, y, sub(c.graph, c.graph.scalar(1), y)))];
  },
  // d/dx x·Φ(x) = Φ(x) + x·φ(x), with Φ and φ the standard normal's distribution and density.
  Gelu: (c) => {
    const g = c.graph;
    const x = c.node.inputs[0]!;
    const half = g.scalar(0.5);
    const cumulative = mul(g, add(g, g.node('Erf', [mul(g, x, g.scalar(Math.SQRT1_2))]), g.scalar(1)), half);
    const density = mul(g, g.node('Exp', [mul(g, mul(g, x, x), g.scalar(-0.5))]), g.scalar(1 / Math.sqrt(2 * Math.PI)));
    return [mul(g, c.gradient, add(g, cumulative, mul(g, x, density)))];
  },
};
