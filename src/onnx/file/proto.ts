import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { toFloat16 } from '../../support/float16.ts';
import type { Attribute, Constant, Dim, ElementType, Graph, Node, Value } from '../graph/graph.ts';
import { outsideTensor, type OutsideWeight } from './outside.ts';
import { unconverted } from '../runtime/run-into.ts';

/** Opset 20 is the first with Gelu; IR version 9 goes with it. */
const OPSET = 20n;
const IR_VERSION = 9n;

export interface ModelOptions {
  /** Which nodes to write, in order; all by default. */
  nodes?: readonly Node[];
  inputs?: readonly Value[];
  outputs?: readonly Value[];
  /** Values of the parameters: written as initialisers. Parameters without a value must be inputs. */
  weights?: ReadonlyMap<string, Float32Array>;
  /** Of others the bytes of float16 numbers, widened to float32 when the model loads. */
  halves?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Parameters whose numbers lie in other files, widened to float32 where they are not. */
  outside?: ReadonlyMap<string, OutsideWeight>;
  /** Store weights as float16, widened to float32 when the model loads: half the file. */
  half?: boolean;
  /** Compute in float64 throughout: for checking gradients against finite differences. */
  double?: boolean;
  metadata?: Readonly<Record<string, string>>;
  /** For `runInto`. */
  runsInto?: boolean;
}

/** The bytes of an .onnx file for a graph, or for a part of it. */
export function encodeModel(graph: Graph, options: ModelOptions = {}): Uint8Array {
  const nodes = options.nodes ?? graph.nodes;
  const inputs = options.inputs ?? graph.inputs;
  const used = new Set(nodes.flatMap((node) => node.inputs.map((v) => v?.name)));
  const double = options.double ?? false;
  const info = (value: Value): ValueInfoProto => valueInfo(value, double);
  const constants = [...graph.constants.values()]
    .filter((c) => used.has(c.value.name))
    .map((c) => constantTensor(c, double));
  const weights = [...(options.weights ?? [])].filter(([name]) => used.has(name));
  const stored = weights.map(([name, data]) =>
    weightTensors(name, graph.parameters.get(name)!, data, options.half ?? false),
  );
  const halves = [...(options.halves ?? [])].filter(([name]) => used.has(name));
  stored.push(...halves.map(([name, data]) => halfTensors(name, graph.parameters.get(name)!, data)));
  const outside = [...(options.outside ?? [])].filter(([name]) => used.has(name));
  stored.push(...outside.map(([name, weight]) => outsideTensors(graph.parameters.get(name)!, weight)));
  const first = options.runsInto ? [unconverted] : [];
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'isogloss',
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: OPSET })],
    graph: create(GraphProtoSchema, {
      name: 'isogloss',
      node: [
        ...first.map(({ node }) => node),
        ...stored.flatMap((s) => s.nodes),
        ...nodes.flatMap((node) => (double ? doubleNodes(node) : [nodeProto(node)])),
      ],
      initializer: [...constants, ...stored.map((s) => s.tensor)],
      input: inputs.map(info),
      output: [...first.map(({ output }) => output), ...(options.outputs ?? graph.outputs).map(info)],
    }),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
  return toBinary(ModelProtoSchema, model);
}

function weightTensors(
  name: string,
  value: Value,
  data: Float32Array,
  half: boolean,
): { tensor: TensorProto; nodes: NodeProto[] } {
  // Small tensors (biases, norms) stay exact: they weigh nothing.
  if (half && data.length >= 4096) return halfTensors(name, value, bytesOf(toFloat16(data)));
  return { tensor: weightTensor(name, value, TensorProto_DataType.FLOAT, bytesOf(data)), nodes: [] };
}

function halfTensors(
  name: string,
  value: Value,
  rawData: Uint8Array<ArrayBuffer>,
): { tensor: TensorProto; nodes: NodeProto[] } {
  const narrow = `${name}.half`;
  return {
    tensor: weightTensor(narrow, value, TensorProto_DataType.FLOAT16, rawData),
    nodes: [castProto(narrow, name, TensorProto_DataType.FLOAT)],
  };
}

function weightTensor(
  name: string,
  value: Value,
  dataType: TensorProto_DataType,
  rawData: Uint8Array<ArrayBuffer>,
): TensorProto {
  return create(TensorProtoSchema, { name, dims: value.dims.map((d) => BigInt(d as number)), dataType, rawData });
}

function outsideTensors({ name, dims }: Value, weight: OutsideWeight): { tensor: TensorProto; nodes: NodeProto[] } {
  const exact = weight.type === 'float32';
  const stored = exact ? name : `${name}.${weight.type}`;
  return {
    tensor: outsideTensor(stored, dims as readonly number[], weight),
    nodes: exact ? [] : [castProto(stored, name, TensorProto_DataType.FLOAT)],
  };
}

function constantTensor({ value, data }: Constant, double: boolean): TensorProto {
  const dims = value.dims.map((d) => BigInt(d as number));
  const stored = double && data instanceof Float32Array ? Float64Array.from(data) : data;
  return create(TensorProtoSchema, {
    name: value.name,
    dims,
    dataType: typeNumber(value.type, double),
    rawData: bytesOf(stored),
  });
}

function nodeProto(node: Node): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.op,
    name: node.outputs[0]!.name,
    input: node.inputs.map((v) => v?.name ?? ''),
    output: node.outputs.map((v) => v.name),
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  });
}

/** What ONNX Runtime only has in float32. */
const SINGLE = new Set(['Conv', 'ConvTranspose', 'HardSigmoid']);

/** A node among float64 values, with casts around what ONNX Runtime only has or gives in float32. */
function doubleNodes(node: Node): NodeProto[] {
  const proto = nodeProto(node);
  const singleInputs = SINGLE.has(node.op);
  const singleOutputs = singleInputs ? [0] : node.op === 'LayerNormalization' ? [1, 2] : [];
  const before = singleInputs
    ? proto.input.map((name, i) => castProto(name, `${proto.name}.single.${i}`, TensorProto_DataType.FLOAT))
    : [];
  before.forEach((cast, i) => (proto.input[i] = cast.output[0]!));
  const after = singleOutputs.map((i) =>
    castProto(`${proto.output[i]!}.single`, proto.output[i]!, TensorProto_DataType.DOUBLE),
  );
  singleOutputs.forEach((i) => (proto.output[i] = `${proto.output[i]!}.single`));
  if (node.op === 'Cast' && (node.attributes.to as { int: number }).int === 1)
    proto.attribute = [attributeProto('to', { int: TensorProto_DataType.DOUBLE })];
  return [...before, proto, ...after];
}

function castProto(from: string, to: string, type: TensorProto_DataType): NodeProto {
  return create(NodeProtoSchema, {
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [attributeProto('to', { int: type })],
  });
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  if ('int' in attribute)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(attribute.int) });
  if ('float' in attribute)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: attribute.float });
  if ('ints' in attribute)
    return create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.INTS,
      ints: attribute.ints.map(BigInt),
    });
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.STRING,
    s: new TextEncoder().encode(attribute.text),
  });
}

function valueInfo(value: Value, double: boolean): ValueInfoProto {
  const shape = create(TensorShapeProtoSchema, { dim: value.dims.map(dimension) });
  const tensor = create(TypeProto_TensorSchema, { elemType: typeNumber(value.type, double), shape });
  return create(ValueInfoProtoSchema, {
    name: value.name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}

function dimension(dim: Dim) {
  return create(TensorShapeProto_DimensionSchema, {
    value: typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  });
}

function typeNumber(type: ElementType, double: boolean): TensorProto_DataType {
  return double && type === 'float32' ? TensorProto_DataType.DOUBLE : elementTypes[type];
}

const elementTypes: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int64: TensorProto_DataType.INT64,
  int32: TensorProto_DataType.INT32,
  bool: TensorProto_DataType.BOOL,
  uint8: TensorProto_DataType.UINT8,
};

function bytesOf(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
