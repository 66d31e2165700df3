import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GraphProtoSchema, ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { eachField } from './fields.ts';

/** Numbers of fields in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_OUTPUT = 12;
const VALUE_NAME = 1;

/**
 * Adds outputs to an .onnx file's bytes without decoding it: protobuf merges repeated fields, so it is enough to append
 * a model that has nothing but a graph with these outputs. ONNX Runtime finds their types.
 */
export function addOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const known = new Set<string>();
  editGraphs(bytes, (output) => known.add(nameOf(output)));
  const missing = names.filter((name) => !known.has(name));
  return missing.length === 0 ? bytes : joinBytes([bytes, outputsOnly(missing)]);
}

/**
 * Makes these the only outputs: ONNX Runtime then leaves out all that they don't need, nodes and weights, when it loads
 * the model. Nothing is decoded but the outputs.
 */
export function onlyOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const parts = editGraphs(bytes, () => {});
  return joinBytes([...parts, outputsOnly(names)]);
}

const outputsOnly = (names: readonly string[]): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      graph: create(GraphProtoSchema, { output: names.map((name) => create(ValueInfoProtoSchema, { name })) }),
    }),
  );

/** Calls `found` with each graph output's bytes. @returns the model's bytes, in parts, without them */
function editGraphs(bytes: Uint8Array, found: (output: Uint8Array) => void): Uint8Array[] {
  const parts: Uint8Array[] = [];
  eachField(bytes, (field, type, whole, content) => {
    if (field !== MODEL_GRAPH || type !== WireType.LengthDelimited) return void parts.push(whole);
    const kept: Uint8Array[] = [];
    eachField(content, (inner, _, innerWhole, output) => {
      if (inner === GRAPH_OUTPUT) found(output);
      else kept.push(innerWhole);
    });
    const length = kept.reduce((sum, part) => sum + part.length, 0);
    parts.push(new BinaryWriter().tag(MODEL_GRAPH, WireType.LengthDelimited).uint32(length).finish(), ...kept);
  });
  return parts;
}

function nameOf(output: Uint8Array): string {
  let name = '';
  eachField(output, (field, _, __, content) => {
    if (field === VALUE_NAME) name = new TextDecoder().decode(content);
  });
  return name;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
