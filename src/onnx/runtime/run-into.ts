import { create, toBinary } from '@bufbuild/protobuf';
import type * as ort from './ort.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TypeProto_SequenceSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { messageOf } from '../../support/errors.ts';
import type { Session } from './session.ts';

/** An output that the binding for Node can't convert: an empty sequence. */
const UNCONVERTED = 'isogloss.unconverted';
const REFUSAL = 'Non tensor type is temporarily not supported';

const floats = create(TypeProtoSchema, {
  value: { case: 'tensorType', value: create(TypeProto_TensorSchema, { elemType: TensorProto_DataType.FLOAT }) },
});
const sequence = create(TypeProtoSchema, {
  value: { case: 'sequenceType', value: create(TypeProto_SequenceSchema, { elemType: floats }) },
});

/** What a graph has first, to be run by `runInto`. */
export const unconverted = {
  node: create(NodeProtoSchema, { opType: 'SequenceEmpty', name: UNCONVERTED, output: [UNCONVERTED] }),
  output: create(ValueInfoProtoSchema, { name: UNCONVERTED, type: sequence }),
};

/**
 * Prepares a model's file for `runInto`. Protobuf merges repeated fields, so it is enough to put a model before it that
 * has nothing but a graph with this output: the first one then.
 */
export function forRunningInto(model: Uint8Array): Uint8Array {
  const graph = create(GraphProtoSchema, { node: [unconverted.node], output: [unconverted.output] });
  return Buffer.concat([toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph })), model]);
}

/**
 * Runs a session that has outputs' memory given to it, and writes nowhere else: the binding for Node (onnxruntime-node
 * 1.30) would give a copy of each output besides. It converts them in order when the run is done, and stops at one that
 * it can't (decision 0034).
 * @param session of a model that has `unconverted`
 * @param outputs where they are written; what is not in it is computed too, and thrown away
 */
export async function runInto(
  session: Session,
  feeds: Readonly<Record<string, ort.Tensor>>,
  outputs: Readonly<Record<string, ort.Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { [UNCONVERTED]: null, ...outputs });
  } catch (error) {
    if (!messageOf(error).includes(REFUSAL)) throw error;
  }
}

/** The outputs that a session has for its users. */
export const outputNames = (session: Session): string[] => session.outputNames.filter((name) => name !== UNCONVERTED);
