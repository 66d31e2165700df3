import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { StringStringEntryProtoSchema } from 'onnx-buf';

/** The number of `metadata_props` in onnx.proto's ModelProto. */
const MODEL_METADATA = 14;

/**
 * The fields of a protobuf message: each with its bytes, tag included, and what follows the tag and the length. Nothing
 * is decoded or copied.
 */
export function eachField(
  bytes: Uint8Array,
  visit: (field: number, type: WireType, whole: Uint8Array, content: Uint8Array) => void,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, type] = reader.tag();
    let content: Uint8Array = new Uint8Array();
    if (type === WireType.LengthDelimited) content = reader.bytes();
    else reader.skip(type, field);
    visit(field, type, bytes.subarray(start, reader.pos), content);
  }
}

/** An .onnx file's metadata, whatever its size: the graph is stepped over. Throws where the bytes are no protobuf. */
export function readMetadata(bytes: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  eachField(bytes, (field, type, _, content) => {
    if (field !== MODEL_METADATA || type !== WireType.LengthDelimited) return;
    const { key, value } = fromBinary(StringStringEntryProtoSchema, content);
    metadata.set(key, value);
  });
  return metadata;
}
