import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type GraphProto, type ModelProto } from 'onnx-buf';
import { InputError } from '../../support/errors.ts';

/** A model that has a graph with something in it. */
export interface DecodedModel extends ModelProto {
  graph: GraphProto;
}

/**
 * The message in an .onnx file.
 * @throws InputError when the bytes are none, or not all of it
 */
export function decodeModel(bytes: Uint8Array): DecodedModel {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph && model.graph.node.length > 0) return model as DecodedModel;
  } catch {
    // Not protobuf at all: said below.
  }
  throw new InputError(
    'this is not an ONNX model, or it is damaged',
    'Give a file that ends in .onnx, written by an exporter; if it is one, copy it again.',
  );
}
