import { InputError } from '../../support/errors.ts';
import { floatOf, intOf } from '../graph/attributes.ts';
import type { Attributes, Graph, Shape, Value } from '../graph/graph.ts';
import type { ImportedNode } from './import.ts';
import { add, matmul, mul, transposeLast } from '../graph/ops.ts';
import { knownIntegers } from '../graph/shapes.ts';

/** A node to append: its inputs as values of our graph, its outputs' shapes. */
interface Step {
  graph: Graph;
  node: ImportedNode;
  inputs: readonly (Value | undefined)[];
  shapes: readonly Shape[];
}
type Rule = (step: Step) => Value[];

/**
 * Appends an imported node to a graph of the opset we write (20). What changed since the node's opset is changed, and
 * the fused operators of ONNX Runtime's optimiser that are easily said in the standard's operators are.
 * @returns values for the node's outputs
 * @throws InputError naming the operator when that is not possible
 */
export function appendImported(
  graph: Graph,
  node: ImportedNode,
  inputs: readonly (Value | undefined)[],
  shapes: readonly Shape[],
): Value[] {
  const name = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
  const rule = rules[name] ?? (node.domain === '' && !node.nested && !refused.has(node.op) ? unchanged : undefined);
  if (!rule) throw refusal(name, node);
  return rule({ graph, node, inputs, shapes });
}

function refusal(name: string, node: ImportedNode): InputError {
  const next = node.nested
    ? 'Export the encoder again with fixed control flow (`torch.onnx.export` of a model in eval mode), or train ' +
      'only the layers above it.'
    : 'This file was optimised for running. Take the file from before that (export without `--optimize`), or ' +
      'train only the head on it.';
  return new InputError(`the operator ${name} can't be trained through (it makes ${node.outputs[0]})`, next);
}

/** Fused even in the standard, or its meaning changed with the opset. */
const refused = new Set([
  'Attention',
  'GroupNormalization',
  'RotaryEmbedding',
  'DequantizeLinear',
  'QuantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  'DynamicQuantizeLinear',
]);

const unchanged: Rule = ({ graph, node, inputs, shapes }) => graph.append(node.op, inputs, node.attributes, shapes);
const single = (value: Value): Value[] => [value];

/** Since opset 18, axes are an input. */
const reduction: Rule = ({ graph, node, inputs, shapes }) => {
  const { axes, ...attributes } = node.attributes;
  const all = axes && 'ints' in axes ? [inputs[0], graph.integers(axes.ints)] : inputs;
  return graph.append(node.op, all, attributes, shapes);
};

const rules: Record<string, Rule> = {
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceSumSquare: reduction,
  ReduceL2: reduction,
  ReduceProd: reduction,
  // All floats are float32 here.
  Cast: (step) => {
    const [shape] = step.shapes;
    if (shape!.type === step.inputs[0]!.type) return [step.inputs[0]!];
    return step.graph.append('Cast', step.inputs, { to: { int: castNumbers[shape!.type] } }, step.shapes);
  },
  CastLike: (step) => rules.Cast!({ ...step, inputs: [step.inputs[0]] }),
  Dropout: ({ inputs }) => [inputs[0]!],
  Identity: ({ inputs }) => [inputs[0]!],
  Pow: ({ graph, node, inputs: [base, exponent], shapes }) => {
    const float =
      exponent!.type === 'float32'
        ? exponent!
        : graph.append('Cast', [exponent], { to: { int: 1 } }, [{ dims: exponent!.dims, type: 'float32' }])[0];
    return graph.append('Pow', [base, float], node.attributes, shapes);
  },
  // Our gradients read the mean and the deviation, which it can give as well.
  LayerNormalization: ({ graph, node, inputs, shapes }) => {
    const { dims } = inputs[0]!;
    const axis = intOf(node.attributes, 'axis', -1);
    const statistics = {
      dims: dims.map((d, i) => (i >= (axis < 0 ? axis + dims.length : axis) ? 1 : d)),
      type: 'float32' as const,
    };
    const attributes: Attributes = {
      axis: { int: axis },
      epsilon: { float: floatOf(node.attributes, 'epsilon', 1e-5) },
    };
    return graph.append('LayerNormalization', inputs, attributes, [shapes[0]!, statistics, statistics]);
  },
  Split: ({ graph, node, inputs, shapes }) => {
    const axis = { int: intOf(node.attributes, 'axis', 0) };
    return graph.append('Split', inputs, inputs[1] ? { axis } : { axis, num_outputs: { int: shapes.length } }, shapes);
  },
  // Since opset 18, padding may be for some axes: said for all.
  Pad: ({ graph, node, inputs: [x, pads, fill, axesInput], shapes }) => {
    const axes = axesInput && knownIntegers(graph, axesInput);
    const given = knownIntegers(graph, pads!);
    if (!axesInput) return graph.append('Pad', [x, pads, ...(fill ? [fill] : [])], node.attributes, shapes);
    if (!axes || !given) throw refusal('Pad by amounts that change', node);
    const rank = x!.dims.length;
    const all = new Array<number>(2 * rank).fill(0);
    axes.forEach((axis, i) => {
      const place = axis < 0 ? axis + rank : axis;
      all[place] = given[i]!;
      all[rank + place] = given[axes.length + i]!;
    });
    return graph.append('Pad', [x, graph.integers(all), ...(fill ? [fill] : [])], node.attributes, shapes);
  },
  ConstantOfShape: ({ graph, node, inputs, shapes }) => {
    const fill = graph.constant(node.tensor?.read() ?? Float32Array.of(0), [1]);
    return graph.append('Expand', [fill, inputs[0]], {}, shapes);
  },
  'com.microsoft.Gelu': ({ graph, inputs }) => single(graph.node('Gelu', [inputs[0]])),
  'com.microsoft.BiasGelu': ({ graph, inputs: [x, bias] }) => single(graph.node('Gelu', [add(graph, x!, bias!)])),
  'com.microsoft.FastGelu': ({ graph, inputs: [x, bias] }) =>
    single(graph.node('Gelu', [bias ? add(graph, x!, bias) : x], { approximate: { text: 'tanh' } })),
  'com.microsoft.FusedMatMul': ({ graph, node, inputs: [a, b] }) => {
    const turned = (value: Value, attribute: string): Value =>
      intOf(node.attributes, attribute, 0) ? transposeLast(graph, value) : value;
    if (intOf(node.attributes, 'transBatchA', 0) || intOf(node.attributes, 'transBatchB', 0))
      throw refusal('com.microsoft.FusedMatMul with transBatch', node);
    const product = matmul(graph, turned(a!, 'transA'), turned(b!, 'transB'));
    const alpha = floatOf(node.attributes, 'alpha', 1);
    return single(alpha === 1 ? product : mul(graph, product, graph.scalar(alpha)));
  },
  // x + skip (+ bias), normalised; the fourth output is the sum.
  'com.microsoft.SkipLayerNormalization': ({ graph, node, inputs: [x, skip, scale, offset, bias] }) => {
    const skipped = add(graph, x!, skip!);
    const sum = bias ? add(graph, skipped, bias) : skipped;
    const attributes: Attributes = {
      axis: { int: -1 },
      epsilon: { float: floatOf(node.attributes, 'epsilon', 1e-12) },
    };
    const [y, mean, deviation] = graph.nodeMany(
      'LayerNormalization',
      offset ? [sum, scale, offset] : [sum, scale],
      attributes,
    );
    return [y!, mean!, deviation!, sum];
  },
};

/** ONNX's numbers for element types (TensorProto.DataType). */
const castNumbers: Record<Shape['type'], number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 };
