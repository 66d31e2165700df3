import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataType, TensorProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import { bytesOf, floatsOf, node } from '../../onnx/file/tensor-data.ts';
import { toFloat16 } from '../../support/float16.ts';

const INT8: number = TensorProto_DataType.INT8;
const FLOAT: number = TensorProto_DataType.FLOAT;
const FLOAT16: number = TensorProto_DataType.FLOAT16;

/** The matrices that 8 bits change least: what comes out of them goes through an activation first. */
const ROUNDED = /^(.*\.feed_forward\.in\.weight)\.half$/;

/**
 * The file of an encoder of isogloss's own with a third of its blocks as 8-bit whole numbers and a scale a column, half
 * as large as with float16. They are multiplied out when it is loaded, so that everything is computed in float32.
 */
export function rounded(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const graph = model.graph;
  const nodes = new Map<string, NodeProto[]>();
  graph.initializer = graph.initializer.flatMap((tensor) => {
    const name = ROUNDED.exec(tensor.name)?.[1];
    if (name === undefined) return [tensor];
    nodes.set(name, multipliedOut(name));
    return roundedMatrix(name, tensor);
  });
  graph.node = graph.node.flatMap((node) => nodes.get(node.output[0]!) ?? [node]);
  return toBinary(ModelProtoSchema, model);
}

/** The same file with its matrices as float16: what `encodeEncoder` writes. */
export function widened(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const graph = model.graph;
  const stored = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const matrices = graph.initializer.flatMap(({ name, dataType }) =>
    dataType === INT8 ? [name.slice(0, -'.int8'.length)] : [],
  );
  if (matrices.length === 0) return bytes;
  const replaced = new Set(matrices.flatMap((name) => [`${name}.int8`, scalesOf(name)]));
  graph.initializer = [
    ...graph.initializer.filter(({ name }) => !replaced.has(name)),
    ...matrices.map((name) => widenedMatrix(name, stored.get(`${name}.int8`)!, floatsOf(stored.get(scalesOf(name))!))),
  ];
  const casts = new Map(matrices.map((name) => [name, node('Cast', [`${name}.half`], name, { to: FLOAT })]));
  graph.node = graph.node.flatMap((made) => {
    const [output] = made.output as [string];
    if (output.endsWith('.int8.wide')) return [];
    return [casts.get(output) ?? made];
  });
  return toBinary(ModelProtoSchema, model);
}

const scalesOf = (name: string): string => `${name}.int8.scales`;

function multipliedOut(name: string): NodeProto[] {
  return [
    node('Cast', [`${name}.int8`], `${name}.int8.wide`, { to: FLOAT }),
    node('Mul', [`${name}.int8.wide`, scalesOf(name)], name),
  ];
}

/** [rows, columns]: a column's furthest number becomes 127 or −127. */
function roundedMatrix(name: string, tensor: TensorProto): TensorProto[] {
  const data = floatsOf(tensor);
  const columns = Number(tensor.dims[1]);
  const scales = new Float32Array(columns);
  for (let i = 0; i < data.length; i++) scales[i % columns] = Math.max(scales[i % columns]!, Math.abs(data[i]!) / 127);
  const values = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) values[i] = data[i] === 0 ? 0 : Math.round(data[i]! / scales[i % columns]!);
  return [
    create(TensorProtoSchema, { name: `${name}.int8`, dims: tensor.dims, dataType: INT8, rawData: bytesOf(values) }),
    create(TensorProtoSchema, {
      name: scalesOf(name),
      dims: [BigInt(columns)],
      dataType: FLOAT,
      rawData: bytesOf(scales),
    }),
  ];
}

function widenedMatrix(name: string, { dims, rawData }: TensorProto, scales: Float32Array): TensorProto {
  const values = new Int8Array(Uint8Array.from(rawData).buffer);
  const data = new Float32Array(values.length);
  for (let start = 0; start < data.length; start += scales.length)
    for (let i = 0; i < scales.length; i++) data[start + i] = values[start + i]! * scales[i]!;
  return create(TensorProtoSchema, {
    name: `${name}.half`,
    dims,
    dataType: FLOAT16,
    rawData: bytesOf(toFloat16(data)),
  });
}
