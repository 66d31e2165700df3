import type { Value } from '../graph.ts';
import { mul, reduceMean, reduceSum, sub } from '../ops.ts';
import { unbroadcast, type GradientRule } from './rule.ts';

export const normalisation: Record<string, GradientRule> = {
  Softmax: (c) => {
    const y = c.node.outputs[0]!;
    const weighted = mul(c.graph, c.gradient, y);
    return [sub(c.graph, weighted, mul(c.graph, y, reduceSum(c.graph, weighted, [-1])))];
  },
  LogSoftmax: (c) => {
    const g = c.graph;
    return [sub(g, c.gradient, mul(g, g.node('Exp', [c.node.outputs[0]!]), reduceSum(g, c.gradient, [-1])))];
  },
  // Ba et al. 2016. With n = (x − mean) / deviation and h = dy · scale:
  // dx = (h − mean(h) − n · mean(h · n)) / deviation.
  LayerNormalization: (c) => {
    const g = c.graph;
    const [x, scale, bias] = c.node.inputs as [Value, Value, Value | undefined];
    const [, mean, inverseDeviation] = c.node.outputs as [Value, Value, Value];
    const normal = mul(g, sub(g, x, mean), inverseDeviation);
    const h = mul(g, c.gradient, scale);
    const centred = sub(g, h, reduceMean(g, h, [-1]));
    const dx = c.wants(0)
      ? mul(g, sub(g, centred, mul(g, normal, reduceMean(g, mul(g, h, normal), [-1]))), inverseDeviation)
      : undefined;
    return [
      dx,
      c.wants(1) ? unbroadcast(g, mul(g, c.gradient, normal), scale.dims) : undefined,
      bias && c.wants(2) ? unbroadcast(g, c.gradient, bias.dims) : undefined,
    ];
  },
};
