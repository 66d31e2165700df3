import { floatOf, intOf, wrapAxis } from '../../graph/attributes.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { add, concat, div, matmul, mul, reduceMean, reduceSum, reshape, sqrt, sub, trim } from '../../graph/ops.ts';
import { reshapeLike, shapeOf } from '../../graph/shapes.ts';
import { unbroadcast, type GradientContext, type GradientRule } from './rule.ts';

export const normalisation: Record<string, GradientRule> = {
  Softmax: (c) => {
    const y = c.node.outputs[0]!;
    return [mul(c.graph, y, sub(c.graph, c.gradient, softmaxLevel(c, y)))];
  },
  LogSoftmax: (c) => {
    const g = c.graph;
    return [
      sub(
        g,
        c.gradient,
        mul(g, g.node('Exp', [c.node.outputs[0]!]), reduceSum(g, c.gradient, [intOf(c.node.attributes, 'axis', -1)])),
      ),
    ];
  },
  LayerNormalization: (c) => {
    const g = c.graph;
    const [x, scale, bias] = c.node.inputs as [Value, Value, Value | undefined];
    const [, mean, inverseDeviation] = c.node.outputs as [Value, Value, Value];
    const rank = x.dims.length;
    const first = wrapAxis(intOf(c.node.attributes, 'axis', -1), rank);
    const width = x.dims.at(-1);
    if (rank > 1 && first === rank - 1 && typeof width === 'number') return layerGradient(c, x, scale, bias, width);
    const axes = Array.from({ length: rank - first }, (_, i) => i - rank + first);
    const normal = mul(g, sub(g, x, mean), inverseDeviation);
    return [
      c.wants(0) ? centred(g, mul(g, c.gradient, scale), normal, inverseDeviation, axes) : undefined,
      c.wants(1) ? unbroadcast(g, mul(g, c.gradient, normal), scale) : undefined,
      bias && c.wants(2) ? unbroadcast(g, c.gradient, bias) : undefined,
    ];
  },
  // Over all places of a channel: x [batch, channels, …], scale and bias [channels].
  InstanceNormalization: (c) => {
    const { graph: g, gradient } = c;
    const [x, scale] = c.node.inputs as [Value, Value];
    const places = Array.from({ length: x.dims.length - 2 }, (_, i) => i + 2);
    const { normal, inverseDeviation } = normalised(c, x, places);
    const wide = reshape(g, scale, [...scale.dims, ...places.map(() => 1)]);
    return [
      c.wants(0) ? centred(g, mul(g, gradient, wide), normal, inverseDeviation, places) : undefined,
      c.wants(1) ? reduceSum(g, mul(g, gradient, normal), [0, ...places], false) : undefined,
      c.wants(2) ? reduceSum(g, gradient, [0, ...places], false) : undefined,
    ];
  },
  // The same over groups of channels, with a scale and a bias a group (opset 18): seen as [batch, group, rest].
  GroupNormalization: (c) => {
    const { graph: g } = c;
    const [x, scale] = c.node.inputs as [Value, Value];
    const groups = intOf(c.node.attributes, 'num_groups', 1);
    const grouped = (value: Value): Value =>
      g.node('Reshape', [value, g.integers([0, groups, -1])], {}, 'Reshape', [x.dims[0]!, groups, `${x.name}.rest`]);
    const { normal, inverseDeviation } = normalised(c, grouped(x), [2]);
    const gradient = grouped(c.gradient);
    const ofInput = (): Value =>
      centred(g, mul(g, gradient, reshape(g, scale, [...scale.dims, 1])), normal, inverseDeviation, [2]);
    return [
      c.wants(0) ? g.node('Reshape', [ofInput(), shapeOf(g, x)], {}, 'Reshape', x.dims) : undefined,
      c.wants(1) ? reshapeLike(g, reduceSum(g, mul(g, gradient, normal), [0, 2], false), scale) : undefined,
      c.wants(2) ? reshapeLike(g, reduceSum(g, gradient, [0, 2], false), scale) : undefined,
    ];
  },
};

/**
 * Σ dy · y over each row. Where all that y does is to weigh rows, as in attention, the result's gradient times the
 * result sums to the same (Dao et al. 2022, B.2), and is narrower than y in all but the shortest recordings.
 */
function softmaxLevel({ graph: g, gradient, node, reader }: GradientContext, y: Value): Value {
  const axis = wrapAxis(intOf(node.attributes, 'axis', -1), y.dims.length);
  const rows = (value: Value): string => value.dims.slice(0, -1).join();
  const weighs =
    reader?.node.op === 'MatMul' &&
    reader.node.inputs[0] === y &&
    axis === y.dims.length - 1 &&
    rows(reader.node.outputs[0]!) === rows(y);
  return weighs
    ? reduceSum(g, mul(g, reader.gradient, reader.node.outputs[0]!), [axis])
    : reduceSum(g, mul(g, gradient, y), [axis]);
}

/**
 * The same over the last dim alone, where training spends its time: in terms of x itself, so that n is never written.
 * What sums over a row or over all rows is a product of a matrix and a vector. With μ the mean, r the inverse deviation
 * and k = r·(mean(h · x) − μ·mean(h)): dx = r·(h − r·k·x + μ·r·k − mean(h)); dscale = Σ rows r·(dy·x) − μ·r·dy.
 */
function layerGradient(
  c: GradientContext,
  x: Value,
  scale: Value,
  bias: Value | undefined,
  width: number,
): (Value | undefined)[] {
  const { graph: g, gradient, node } = c;
  const [, mean, inverseDeviation] = node.outputs as [Value, Value, Value];
  const rows = x.dims.slice(0, -1).join('*');
  const product = mul(g, gradient, x);
  const row = (weights: Value): Value => reshape(g, weights, [1, rows]);
  const overRows = (weights: Value, y: Value): Value => matmul(g, weights, reshape(g, y, [rows, width]));
  const ofInput = (): Value => {
    const h = mul(g, gradient, scale);
    const level = reduceMean(g, h, [-1]);
    const common = matmul(g, product, reshape(g, mul(g, scale, g.scalar(1 / width)), [width, 1]));
    const slope = mul(g, mul(g, inverseDeviation, inverseDeviation), sub(g, common, mul(g, mean, level)));
    const straight = add(g, sub(g, h, mul(g, x, slope)), sub(g, mul(g, mean, slope), level));
    return mul(g, straight, inverseDeviation);
  };
  // Both sums over the gradient in one pass.
  const weights = concat(g, [row(mul(g, mean, inverseDeviation)), row(div(g, inverseDeviation, inverseDeviation))], 0);
  const sums = overRows(weights, gradient);
  const sum = (place: number): Value => reshape(g, trim(g, sums, 0, place, 1 - place), scale.dims);
  return [
    c.wants(0) ? ofInput() : undefined,
    c.wants(1) ? sub(g, reshape(g, overRows(row(inverseDeviation), product), scale.dims), sum(0)) : undefined,
    bias && c.wants(2) ? sum(1) : undefined,
  ];
}

/**
 * Ba et al. 2016. With n = (x − mean) / deviation and h = dy · scale: dx = (h − mean(h) − n · mean(h · n)) / deviation.
 */
function centred(g: Graph, h: Value, normal: Value, inverseDeviation: Value, axes: readonly number[]): Value {
  const level = sub(g, h, reduceMean(g, h, axes));
  return mul(g, sub(g, level, mul(g, normal, reduceMean(g, mul(g, h, normal), axes))), inverseDeviation);
}

function normalised(
  { graph: g, node }: GradientContext,
  x: Value,
  axes: readonly number[],
): { normal: Value; inverseDeviation: Value } {
  const level = sub(g, x, reduceMean(g, x, axes));
  const variance = reduceMean(g, mul(g, level, level), axes);
  const inverseDeviation = div(
    g,
    g.scalar(1),
    sqrt(g, add(g, variance, g.scalar(floatOf(node.attributes, 'epsilon', 1e-5)))),
  );
  return { normal: mul(g, level, inverseDeviation), inverseDeviation };
}
