import { create } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type OperatorSetIdProto,
} from 'onnx-buf';
import { InputError } from '../../support/errors.ts';
import { decodeModel } from './decode.ts';

/** A model that becomes a part of another. */
export interface MergeInput {
  /** Goes before its names, so that no two parts share one: `head/`. */
  prefix: string;
  bytes: Uint8Array;
  /**
   * Its inputs and outputs → their names in the whole. An input called like an earlier part's output is fed from it;
   * one that no part gives becomes an input of the whole.
   */
  names?: Readonly<Record<string, string>>;
}

/**
 * Models put one behind the other in one graph, without what its outputs don't need.
 * @param outputs of the whole, by their names in it
 * @throws InputError when the parts speak different versions of ONNX
 */
export function mergeModels(
  parts: readonly MergeInput[],
  outputs: readonly string[],
  metadata: Readonly<Record<string, string>> = {},
): ModelProto {
  const models = parts.map((part) => renamed(decodeModel(part.bytes), part));
  const graphs = models.map((model) => model.graph!);
  const given = new Map(graphs.flatMap((graph) => graph.output).map((value) => [value.name, value]));
  const graph = create(GraphProtoSchema, {
    name: 'isogloss',
    node: graphs.flatMap((g) => g.node),
    initializer: graphs.flatMap((g) => g.initializer),
    // What a value's dims are is inferred anew: the parts' names for them need not agree.
    input: graphs.flatMap((g) => g.input).filter((input) => !given.has(input.name)),
    output: outputs.map((name) => {
      const output = given.get(name);
      if (!output) throw new Error(`merge: no part gives ${name}`);
      return output;
    }),
  });
  return create(ModelProtoSchema, {
    irVersion: models.map((m) => m.irVersion).reduce((a, b) => (a > b ? a : b)),
    producerName: 'isogloss',
    opsetImport: commonOpsets(models),
    graph: pruned(graph),
    metadataProps: Object.entries(metadata).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
}

function renamed(model: ModelProto, part: MergeInput): ModelProto {
  const nameOf = (name: string): string => (name === '' ? '' : (part.names?.[name] ?? `${part.prefix}${name}`));
  rename(model.graph!, nameOf);
  return model;
}

/** In place. Graphs inside nodes (`If`, `Loop`) read values around them, so that the same names hold there. */
function rename(graph: GraphProto, nameOf: (name: string) => string): void {
  for (const value of [...graph.input, ...graph.output, ...graph.initializer]) value.name = nameOf(value.name);
  graph.valueInfo = [];
  for (const node of graph.node) {
    node.name = nameOf(node.name);
    node.input = node.input.map(nameOf);
    node.output = node.output.map(nameOf);
    for (const inner of innerGraphs(node)) rename(inner, nameOf);
  }
}

const innerGraphs = (node: NodeProto): GraphProto[] =>
  node.attribute.flatMap((attribute) => [...(attribute.g ? [attribute.g] : []), ...attribute.graphs]);

/** Takes nodes and weights that none of its outputs comes from out of a graph. */
export function pruned(graph: GraphProto): GraphProto {
  const wanted = new Set(graph.output.map((value) => value.name));
  const kept: NodeProto[] = [];
  for (const node of [...graph.node].reverse()) {
    if (!node.output.some((name) => wanted.has(name))) continue;
    kept.push(node);
    for (const name of readBy(node)) wanted.add(name);
  }
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter((tensor) => wanted.has(tensor.name));
  return graph;
}

const readBy = (node: NodeProto): string[] => [
  ...node.input,
  ...innerGraphs(node).flatMap((graph) => [...graph.node.flatMap(readBy), ...graph.output.map((v) => v.name)]),
];

function commonOpsets(models: readonly ModelProto[]): OperatorSetIdProto[] {
  const versions = new Map<string, bigint>();
  for (const { domain, version } of models.flatMap((model) => model.opsetImport)) {
    const known = versions.get(domain) ?? version;
    if (known !== version)
      throw new InputError(
        `its parts are of different versions of ONNX’s operators (${known} and ${version})`,
        'Export it with an encoder of the same version.',
      );
    versions.set(domain, version);
  }
  return [...versions].map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version }));
}
