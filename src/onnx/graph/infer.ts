import { intOf, wrapAxis } from './attributes.ts';
import type { Attributes, Dim, ElementType, Graph, Shape, Value } from './graph.ts';

/**
 * The dims and types of a node's outputs. Symbolic dims are compared by name.
 * @throws Error naming the op and the shapes when they don't fit (a mistake in the graph's builder)
 */
export function inferDims(
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes,
  graph: Graph,
): Shape[] {
  const rule = rules[op];
  if (!rule) throw new Error(`no shape rule for ${op}: pass its dims`);
  try {
    return rule(
      inputs.map((v) => v!),
      attributes,
      graph,
    );
  } catch (error) {
    const shapes = inputs.map((v) => (v ? `${v.name}[${v.dims.join(', ')}]` : '–')).join(', ');
    throw new Error(`${op}(${shapes}): ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

type Rule = (inputs: Value[], attributes: Attributes, graph: Graph) => Shape[];

const same: Rule = ([x]) => [{ dims: x!.dims, type: x!.type }];
const broadcast: Rule = ([a, b]) => [{ dims: broadcastDims(a!.dims, b!.dims), type: a!.type }];
const compare: Rule = ([a, b]) => [{ dims: broadcastDims(a!.dims, b!.dims), type: 'bool' }];

const reduce: Rule = ([x, axes], attributes, graph) => {
  const keep = intOf(attributes, 'keepdims', 1) === 1;
  const over = axes ? integersOf(axes, graph).map((a) => wrapAxis(a, x!.dims.length)) : x!.dims.map((_, i) => i);
  const dims = x!.dims.flatMap((d, i) => (over.includes(i) ? (keep ? [1] : []) : [d]));
  return [{ dims, type: x!.type }];
};

const rules: Record<string, Rule> = {
  Identity: same,
  Neg: same,
  Exp: same,
  Log: same,
  Sqrt: same,
  Reciprocal: same,
  Erf: same,
  Tanh: same,
  Sigmoid: same,
  Relu: same,
  Gelu: same,
  Abs: same,
  Sign: same,
  Softmax: same,
  LogSoftmax: same,
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  Pow: broadcast,
  Max: broadcast,
  Min: broadcast,
  Not: same,
  Greater: compare,
  Less: compare,
  Equal: compare,
  GreaterOrEqual: compare,
  InstanceNormalization: same,
  GroupNormalization: same,
  Where: ([c, a, b]) => [{ dims: broadcastDims(c!.dims, broadcastDims(a!.dims, b!.dims)), type: a!.type }],
  ReduceSum: reduce,
  ReduceMean: reduce,
  ReduceSumSquare: reduce,
  ReduceMax: reduce,
  MatMul: ([a, b]) => [{ dims: matmulDims(a!.dims, b!.dims), type: a!.type }],
  LayerNormalization: ([x]) => {
    const statistics = { dims: [...x!.dims.slice(0, -1), 1], type: x!.type };
    return [{ dims: x!.dims, type: x!.type }, statistics, statistics];
  },
  Shape: ([x]) => [{ dims: [x!.dims.length], type: 'int64' }],
  Size: () => [{ dims: [], type: 'int64' }],
  Gemm: ([a, b], attributes) => {
    const rows = a!.dims[intOf(attributes, 'transA', 0)]!;
    return [{ dims: [rows, b!.dims[1 - intOf(attributes, 'transB', 0)]!], type: a!.type }];
  },
  Transpose: ([x], attributes) => [{ dims: requiredInts(attributes, 'perm').map((p) => x!.dims[p]!), type: x!.type }],
  Cast: ([x], attributes) => [{ dims: x!.dims, type: castTypes[intOf(attributes, 'to', 1)]! }],
  Concat: (inputs, attributes) => {
    const axis = wrapAxis(intOf(attributes, 'axis', 0), inputs[0]!.dims.length);
    const total = inputs.map((v) => v.dims[axis]!);
    const dims = [...inputs[0]!.dims];
    dims[axis] = total.every((d) => typeof d === 'number') ? total.reduce((a, b) => a + b, 0) : total.join('+');
    return [{ dims, type: inputs[0]!.type }];
  },
};

/** ONNX's numbers for element types (TensorProto.DataType). */
const castTypes: Record<number, ElementType> = {
  1: 'float32',
  2: 'uint8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
};

export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`dims ${x} and ${y} don't broadcast`);
  });
}

function matmulDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  if (a.length < 2 || b.length < 2) throw new Error('needs two dims or more on each side');
  if (a.at(-1) !== b.at(-2)) throw new Error(`inner dims ${a.at(-1)} and ${b.at(-2)} differ`);
  return [...broadcastDims(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
}

function integersOf(value: Value, graph: Graph): number[] {
  const constant = graph.constants.get(value.name);
  if (!constant || !(constant.data instanceof BigInt64Array)) throw new Error(`${value.name} must be a constant`);
  return Array.from(constant.data, Number);
}

function requiredInts(attributes: Attributes, name: string): readonly number[] {
  const attribute = attributes[name];
  if (!attribute || !('ints' in attribute)) throw new Error(`the attribute ${name} is missing`);
  return attribute.ints;
}
