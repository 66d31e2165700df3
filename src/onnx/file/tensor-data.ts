import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { fromFloat16 } from '../../support/float16.ts';

const FLOAT16: number = TensorProto_DataType.FLOAT16;

/** A float32 or float16 tensor's numbers. */
export function floatsOf(tensor: TensorProto): Float32Array {
  if (tensor.floatData.length > 0) return Float32Array.from(tensor.floatData);
  // A copy: raw data starts anywhere in the file's bytes, numbers only at multiples of their size.
  const bytes = Uint8Array.from(tensor.rawData).buffer;
  return tensor.dataType === FLOAT16 ? fromFloat16(new Uint16Array(bytes)) : new Float32Array(bytes);
}

export const sizeOf = (tensor: TensorProto): number => tensor.dims.reduce((size, dim) => size * Number(dim), 1);

export function node(op: string, inputs: string[], output: string, integers: Record<string, number> = {}): NodeProto {
  const attribute = Object.entries(integers).map(([name, i]) =>
    create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(i) }),
  );
  return create(NodeProtoSchema, { opType: op, name: `${output}.${op}`, input: inputs, output: [output], attribute });
}

export function bytesOf(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
