import type { Attributes, Dim, Graph, Value } from '../../graph/graph.ts';
import { matmul, reduceSum, reshape, transpose } from '../../graph/ops.ts';
import { dimOf, joined } from '../../graph/shapes.ts';
import { convSettings, looksAtEachFrame, windowsOf } from '../../graph/windows.ts';
import type { GradientContext, GradientRule } from './rule.ts';

export const convolution: Record<string, GradientRule> = {
  // One-dimensional: x [batch, channels, frames], weight [out, channels / groups, kernel].
  Conv: (c) => [
    c.wants(0) ? inputGradient(c) : undefined,
    c.wants(1) ? weightGradient(c) : undefined,
    c.wants(2) ? reduceSum(c.graph, c.gradient, [0, 2], false) : undefined,
  ],
};

/** Each output frame spread back over the inputs it saw: the transposed convolution with the same weight. */
function inputGradient({ graph: g, node, gradient }: GradientContext): Value {
  const [x, weight] = node.inputs as [Value, Value];
  const { groups, stride, dilation, pads } = convSettings(node.attributes);
  if (stride !== 1 || dilation !== 1) return transposed(g, gradient, weight, node.attributes, x, stride);
  // At stride 1 it is a plain convolution with the kernel reversed, over ten times as fast in ONNX Runtime.
  const [out, perGroup, kernel] = weight.dims as [number, number, number];
  const inputs = [weight, g.integers([-1]), g.integers([Number.MIN_SAFE_INTEGER]), g.integers([2]), g.integers([-1])];
  const reversed = g.node('Slice', inputs, {}, 'reversed', weight.dims);
  const grouped = transpose(g, reshape(g, reversed, [groups, out / groups, perGroup, kernel]), [0, 2, 1, 3]);
  const kernels = reshape(g, grouped, [groups * perGroup, out / groups, kernel]);
  const attributes: Attributes = { group: { int: groups }, pads: { ints: pads.map((p) => kernel - 1 - p) } };
  return g.node('Conv', [gradient, kernels], attributes, 'Conv', x.dims);
}

/** The last inputs may have been seen by no output, where the stride doesn't divide evenly: their gradient is zero. */
function transposed(g: Graph, gradient: Value, weight: Value, attributes: Attributes, x: Value, stride: number): Value {
  if (stride === 1) return g.node('ConvTranspose', [gradient, weight], attributes, 'ConvTranspose', x.dims);
  const seen = g.node('ConvTranspose', [gradient, weight], attributes, 'ConvTranspose', [
    ...x.dims.slice(0, 2),
    `${x.name}.seen`,
  ]);
  const unseen = g.node('Sub', [dimOf(g, x, 2), dimOf(g, seen, 2)]);
  return g.node('Pad', [seen, joined(g, [g.integers([0, 0, 0, 0, 0]), unseen])], {}, 'Pad', x.dims);
}

/** dW[o, i, k] = Σ over batch b and frames t of dY[b, o, t] · X[b, i, t·stride + k·dilation − pad]. */
function weightGradient(context: GradientContext): Value {
  return looksAtEachFrame(convSettings(context.node.attributes)) ? byProducts(context) : byConvolution(context);
}

/** A matrix product for each group and recording, of the errors and what the kernel has seen. */
function byProducts({ graph: g, node, gradient }: GradientContext): Value {
  const [x, weight] = node.inputs as [Value, Value];
  const [out, perGroup, kernel] = weight.dims as [number, number, number];
  const settings = convSettings(node.attributes);
  const { groups } = settings;
  const [batch, , frames] = gradient.dims as [Dim, number, Dim];
  const errors = transpose(g, reshape(g, gradient, [batch, groups, out / groups, frames]), [0, 1, 3, 2]);
  const product = reduceSum(g, matmul(g, windowsOf(g, x, kernel, settings, frames), errors), [0], false);
  return reshape(g, transpose(g, reshape(g, product, [groups, perGroup, kernel, out / groups]), [0, 3, 1, 2]), [
    out,
    perGroup,
    kernel,
  ]);
}

/** A convolution itself, with the batch as channels, the errors as the kernel, and stride and dilation exchanged. */
function byConvolution({ graph: g, node, gradient }: GradientContext): Value {
  const [x, weight] = node.inputs as [Value, Value];
  const [out, perGroup, kernel] = weight.dims as [number, number, number];
  const { groups, stride, dilation, pads } = convSettings(node.attributes);
  const [batch, , frames] = x.dims as [Dim, Dim, Dim];
  const grouped = transpose(g, reshape(g, x, [batch, groups, perGroup, frames]), [2, 1, 0, 3]);
  const images = foldBatch(g, grouped, [perGroup, `${groups}*${batch}`, frames]);
  const kernels = transpose(g, gradient, [1, 0, 2]);
  const attributes: Attributes = {
    group: { int: groups },
    strides: { ints: [dilation] },
    dilations: { ints: [stride] },
    pads: { ints: pads },
  };
  const wide = g.node('Conv', [images, kernels], attributes, 'Conv', [perGroup, out, `${kernel}+`]);
  // A stride that doesn't divide evenly leaves places past the kernel's end.
  const inputs = [wide, g.integers([0]), g.integers([kernel]), g.integers([2])];
  return transpose(g, g.node('Slice', inputs, {}, 'Slice', [perGroup, out, kernel]), [1, 0, 2]);
}

/** [i, g, b, t] → [i, g·b, t], where b and t are both known only when it runs. */
function foldBatch(g: Graph, x: Value, dims: readonly [number, Dim, Dim]): Value {
  const target = joined(g, [g.integers([dims[0], -1]), dimOf(g, x, 3)]);
  return g.node('Reshape', [x, target], {}, 'Reshape', dims);
}
