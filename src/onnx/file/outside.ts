import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type TensorProto,
} from 'onnx-buf';

/** A weight whose numbers lie in another file, somewhere inside it. */
export interface OutsideWeight {
  /** Its path; the model says the name alone, and is opened with the file's folder. */
  file: string;
  offset: number;
  bytes: number;
  type: 'float64' | 'float32' | 'float16' | 'bfloat16';
}

const NUMBERS = {
  float64: TensorProto_DataType.DOUBLE,
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
} as const;

/** An initialiser that says where its numbers are. */
export function outsideTensor(
  name: string,
  dims: readonly number[],
  { file, offset, bytes, type }: OutsideWeight,
): TensorProto {
  const entries = { location: path.basename(file), offset: String(offset), length: String(bytes) };
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: NUMBERS[type],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
}
