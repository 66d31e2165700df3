import {
  AttributeProto_AttributeType,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../support/errors.ts';
import { readError } from '../../support/files.ts';
import { fromBfloat16, fromFloat16 } from '../../support/float16.ts';
import type { Attribute, ConstantData, ElementType } from '../graph/graph.ts';
import { decodeModel } from './decode.ts';
import { externalFiles } from './external.ts';
import { inOrder } from '../graph/order.ts';

/** A node as the exporter wrote it; a missing input is ''. */
export interface ImportedNode {
  readonly op: string;
  /** '' for the standard's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** A tensor as attribute: the `value` of ConstantOfShape. */
  readonly tensor?: Tensor;
  /** It runs graphs of its own: If, Loop, Scan. */
  readonly nested: boolean;
}

/** Stored numbers, read when they are asked for. */
export interface Tensor {
  /** As our graphs hold it: all floats are float32 there. */
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** @throws InputError when the data is in a file that isn't there */
  read(): ConstantData;
}

/** Somebody else's .onnx file. */
export interface ImportedModel {
  readonly opset: number;
  /** What has to be fed, with dims as declared. */
  readonly inputs: readonly {
    readonly name: string;
    readonly type: ElementType;
    readonly dims: readonly (number | string)[];
  }[];
  readonly outputs: readonly string[];
  /** Names of the files beside it that hold weights of it. */
  readonly files: readonly string[];
  /** In the order they run, without constants. */
  readonly nodes: readonly ImportedNode[];
  /** Initialisers and constants. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Value → the node that makes it. */
  readonly makers: ReadonlyMap<string, ImportedNode>;
}

/**
 * Reads the structure of an .onnx file. Weights stay where they are, in the bytes or in files beside the model, until
 * they are asked for.
 * @param folder where the model's external data lies, if it has any
 * @throws InputError when the bytes are no ONNX model
 */
export function importModel(bytes: Uint8Array, folder?: string): ImportedModel {
  const model = decodeModel(bytes);
  const { graph } = model;
  if (model.functions.length > 0)
    throw new InputError(
      `the model has functions of its own (${model.functions[0]!.name})`,
      'Export it with them written out: `onnx.inliner.inline_local_functions(model)`.',
    );
  const stored = new Map(graph.initializer.map((tensor) => [tensor.name, tensorOf(tensor, folder)]));
  const { nodes, tensors } = withoutConstants(graph, stored, folder);
  return {
    opset: Number(model.opsetImport.find((o) => o.domain === '' || o.domain === 'ai.onnx')?.version ?? 1n),
    inputs: graph.input
      .filter((input) => !stored.has(input.name))
      .map((input) => {
        const tensor = input.type?.value.case === 'tensorType' ? input.type.value.value : undefined;
        const dims =
          tensor?.shape?.dim.map((d) =>
            d.value.case === 'dimValue' ? Number(d.value.value) : (d.value.value ?? '?'),
          ) ?? [];
        return { name: input.name, type: elementTypes.get(tensor?.elemType ?? 0) ?? 'float32', dims };
      }),
    outputs: graph.output.map((output) => output.name),
    files: externalFiles(graph),
    nodes,
    tensors,
    makers: new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))),
  };
}

/** Constants become tensors, and so do stored numbers that are only widened before use. */
function withoutConstants(
  graph: GraphProto,
  stored: ReadonlyMap<string, Tensor>,
  folder?: string,
): { nodes: ImportedNode[]; tensors: Map<string, Tensor> } {
  const tensors = new Map(stored);
  const nodes: ImportedNode[] = [];
  for (const proto of inOrder(graph.node)) {
    const constant = proto.opType === 'Constant' ? constantOf(proto, folder) : undefined;
    const source = tensors.get(proto.input[0] ?? '');
    if (constant) tensors.set(proto.output[0]!, constant);
    else if (source && (proto.opType === 'Identity' || widens(proto, source))) tensors.set(proto.output[0]!, source);
    else nodes.push(nodeOf(proto, folder));
  }
  return { nodes, tensors };
}

function widens(proto: NodeProto, source: Tensor): boolean {
  const to = proto.opType === 'Cast' ? proto.attribute.find((a) => a.name === 'to')?.i : undefined;
  return source.type === 'float32' && to !== undefined && elementTypes.get(Number(to)) === 'float32';
}

function nodeOf(proto: NodeProto, folder?: string): ImportedNode {
  const tensor = proto.attribute.find((a) => a.t)?.t;
  return {
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.flatMap((a) => {
        const attribute = attributeOf(a);
        return attribute ? [[a.name, attribute] as const] : [];
      }),
    ),
    ...(tensor ? { tensor: tensorOf(tensor, folder) } : {}),
    nested: proto.attribute.some(
      (a) => a.type === AttributeProto_AttributeType.GRAPH || a.type === AttributeProto_AttributeType.GRAPHS,
    ),
  };
}

function attributeOf(proto: AttributeProto): Attribute | undefined {
  if (proto.type === AttributeProto_AttributeType.INT) return { int: Number(proto.i) };
  if (proto.type === AttributeProto_AttributeType.FLOAT) return { float: proto.f };
  if (proto.type === AttributeProto_AttributeType.INTS) return { ints: proto.ints.map(Number) };
  return proto.type === AttributeProto_AttributeType.STRING ? { text: new TextDecoder().decode(proto.s) } : undefined;
}

function constantOf(proto: NodeProto, folder?: string): Tensor | undefined {
  const [attribute] = proto.attribute;
  if (!attribute) return undefined;
  if (attribute.t) return tensorOf(attribute.t, folder);
  const fixed = (type: ElementType, data: ConstantData, dims: number[]): Tensor => ({ type, dims, read: () => data });
  if (attribute.name === 'value_int') return fixed('int64', BigInt64Array.of(attribute.i), []);
  if (attribute.name === 'value_ints')
    return fixed('int64', BigInt64Array.from(attribute.ints), [attribute.ints.length]);
  if (attribute.name === 'value_float') return fixed('float32', Float32Array.of(attribute.f), []);
  return attribute.name === 'value_floats'
    ? fixed('float32', Float32Array.from(attribute.floats), [attribute.floats.length])
    : undefined;
}

function tensorOf(proto: TensorProto, folder?: string): Tensor {
  const type = elementTypes.get(proto.dataType);
  const read = (): ConstantData => {
    if (!type)
      throw new InputError(
        `the tensor ${proto.name} holds ${TensorProto_DataType[proto.dataType]} numbers`,
        'Export the encoder in float32 or float16.',
      );
    return numbersOf(proto, folder);
  };
  return { type: type ?? 'uint8', dims: proto.dims.map(Number), read };
}

function numbersOf(proto: TensorProto, folder?: string): ConstantData {
  const raw = proto.dataLocation === TensorProto_DataLocation.EXTERNAL ? externalBytes(proto, folder) : proto.rawData;
  const reader = readers.get(proto.dataType)!;
  // A copy: typed arrays must start at a multiple of their element's size.
  return raw.length === 0 ? reader.listed(proto) : reader.raw(new Uint8Array(raw).buffer);
}

/** By element type: numbers as raw bytes, and numbers listed one by one. */
const readers = new Map<number, { raw(bytes: ArrayBuffer): ConstantData; listed(proto: TensorProto): ConstantData }>([
  [TensorProto_DataType.FLOAT, { raw: (b) => new Float32Array(b), listed: (t) => Float32Array.from(t.floatData) }],
  [
    TensorProto_DataType.DOUBLE,
    { raw: (b) => Float32Array.from(new Float64Array(b)), listed: (t) => Float32Array.from(t.doubleData) },
  ],
  [
    TensorProto_DataType.FLOAT16,
    { raw: (b) => fromFloat16(new Uint16Array(b)), listed: (t) => fromFloat16(Uint16Array.from(t.int32Data)) },
  ],
  [
    TensorProto_DataType.BFLOAT16,
    { raw: (b) => fromBfloat16(new Uint16Array(b)), listed: (t) => fromBfloat16(Uint16Array.from(t.int32Data)) },
  ],
  [TensorProto_DataType.INT64, { raw: (b) => new BigInt64Array(b), listed: (t) => BigInt64Array.from(t.int64Data) }],
  [TensorProto_DataType.INT32, { raw: (b) => new Int32Array(b), listed: (t) => Int32Array.from(t.int32Data) }],
  [TensorProto_DataType.BOOL, { raw: (b) => new Uint8Array(b), listed: (t) => Uint8Array.from(t.int32Data) }],
]);

/**
 * The bytes of a tensor that lie in another file.
 * @throws InputError when the file with the weights isn't beside the model
 */
export function externalBytes(proto: TensorProto, folder?: string): Uint8Array<ArrayBuffer> {
  const entry = (key: string): string | undefined => proto.externalData.find((e) => e.key === key)?.value;
  const location = entry('location') ?? '';
  if (folder === undefined)
    throw new InputError(
      `the model's weights are in another file, ${location}`,
      'Give the model by its path, with that file beside it.',
    );
  const file = path.join(folder, location);
  try {
    const length = entry('length');
    const offset = Number(entry('offset') ?? 0);
    if (length === undefined) return new Uint8Array(readFileSync(file)).slice(offset);
    const data = new Uint8Array(Number(length));
    const handle = openSync(file, 'r');
    try {
      for (let done = 0; done < data.length;) {
        const count = readSync(handle, data, done, data.length - done, offset + done);
        if (count === 0)
          throw new InputError(`the weights of ${proto.name} are cut off`, 'Download or export the model again.', {
            file,
          });
        done += count;
      }
    } finally {
      closeSync(handle);
    }
    return data;
  } catch (error) {
    throw error instanceof InputError ? error : readError(file, error);
  }
}

/** All floats are float32 in our graphs. */
const elementTypes = new Map<number, ElementType>([
  [TensorProto_DataType.FLOAT, 'float32'],
  [TensorProto_DataType.FLOAT16, 'float32'],
  [TensorProto_DataType.DOUBLE, 'float32'],
  [TensorProto_DataType.BFLOAT16, 'float32'],
  [TensorProto_DataType.INT64, 'int64'],
  [TensorProto_DataType.INT32, 'int32'],
  [TensorProto_DataType.BOOL, 'bool'],
]);
