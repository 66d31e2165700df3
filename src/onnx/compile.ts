import { appendAdamW, type AdamWSettings } from './adamw.ts';
import { differentiate } from './differentiate.ts';
import { Graph, type Node, type Value } from './graph.ts';
import type { Network } from './network.ts';
import { add, reshape } from './ops.ts';
import { encodeModel } from './proto.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export type Weights = Map<string, Float32Array>;

/** What AdamW carries from step to step besides the weights. */
export interface Moments {
  mean: Weights;
  square: Weights;
  /** Steps taken. */
  step: number;
}

export interface EngineOptions extends SessionOptions {
  moments?: Moments;
  /** Sum the gradients of several batches before a move. */
  accumulate?: boolean;
}

/** The sessions of a training step, and how their values are called. */
export interface Parts {
  graph: Graph;
  forward: Session;
  /** Gradients; and the move too, unless `update` makes it. */
  backward: Session;
  update?: Session;
  /** Where gradients are summed: what came before, and with this batch's. */
  sums: { parameter: string; before: Value; after: Value }[];
  output: Value;
  seed: Value;
  norm: Value;
  next: ReturnType<typeof appendAdamW>['next'];
  /** Values of the way there that the way back reads. */
  kept: Value[];
  forwardInputs: Set<string>;
  backwardInputs: Set<string>;
  /** Of the session that moves the weights. */
  moveInputs: Set<string>;
}

/** Compiles a network's way there, its way back, and the move of its weights. */
export async function compileParts(network: Network, output: Value, settings: AdamWSettings, options: EngineOptions): Promise<Parts> {
  const { graph } = network;
  const forwardNodes = [...graph.nodes];
  const forwardInputs = [...graph.inputs, ...graph.parameters.values()];
  const seed = graph.input('output_gradient', output.dims);
  const gradients = differentiate(graph, output, seed, graph.parameters.values());
  const sums = options.accumulate ? summed(graph, gradients) : [];
  const update = options.accumulate ? appendUpdate(graph, gradients, settings) : undefined;
  const { next, norm } = update?.nodes ?? appendAdamW(graph, gradients, settings);
  const added = graph.nodes.slice(forwardNodes.length);
  const before = madeBy(forwardNodes);
  // A shape that the way back reads is taken on the way there: to keep it costs nothing, to keep what has it would.
  const early = (node: Node): boolean => node.op === 'Shape' && before.has(node.inputs[0]!.name);
  forwardNodes.push(...added.filter(early));
  const backwardNodes = added.filter((node) => !early(node));
  const made = madeBy(forwardNodes);
  const kept = [...readBy(backwardNodes)].flatMap((name) => made.get(name) ?? []);
  const outputs = [...new Set([output, ...kept])];
  const moved = [norm, ...[...next.values()].flatMap((v) => [v.weight, v.mean, v.square])];
  const backwardOutputs = update ? sums.map(({ after }) => after) : moved;
  const backwardInputs = neededInputs(backwardNodes, [...graph.inputs, ...graph.parameters.values(), ...kept]);
  const forwardNeeded = neededInputs(forwardNodes, forwardInputs);
  const forward = await openSession(encodeModel(graph, { nodes: forwardNodes, inputs: forwardNeeded, outputs }), options);
  const backward = await openSession(encodeModel(graph, { nodes: backwardNodes, inputs: backwardInputs, outputs: backwardOutputs }), options);
  const updateInputs = update ? neededInputs(update.graph.nodes, [...update.graph.inputs, ...update.graph.parameters.values()]) : backwardInputs;
  const updateSession = update && (await openSession(encodeModel(update.graph, { inputs: updateInputs, outputs: moved }), options));
  return {
    graph, forward, backward, ...(updateSession ? { update: updateSession } : {}), sums, output, seed, norm, next, kept,
    forwardInputs: namesOf(forwardNeeded), backwardInputs: namesOf(backwardInputs), moveInputs: namesOf(updateInputs),
  };
}

export const gradientOf = (parameter: string): string => `${parameter}.gradient`;

/** Gradients that are added to what earlier batches gave. */
function summed(graph: Graph, gradients: ReadonlyMap<string, Value>): Parts['sums'] {
  return [...gradients].map(([parameter, gradient]) => {
    const dims = graph.parameters.get(parameter)!.dims;
    const before = graph.input(`${parameter}.sum`, dims);
    return { parameter, before, after: add(graph, before, reshape(graph, gradient, dims)) };
  });
}

/** The move in a graph of its own, which takes summed gradients. */
function appendUpdate(graph: Graph, gradients: ReadonlyMap<string, Value>, settings: AdamWSettings): { graph: Graph; nodes: ReturnType<typeof appendAdamW> } {
  const update = new Graph();
  const inputs = new Map([...gradients.keys()].map((name) => {
    const dims = update.parameter(name, graph.parameters.get(name)!.dims as number[]).dims;
    return [name, update.input(gradientOf(name), dims)] as const;
  }));
  return { graph: update, nodes: appendAdamW(update, inputs, settings) };
}

function madeBy(nodes: readonly Node[]): Map<string, Value> {
  return new Map(nodes.flatMap((node) => node.outputs.map((v) => [v.name, v] as const)));
}

function readBy(nodes: readonly Node[]): Set<string> {
  return new Set(nodes.flatMap((node) => node.inputs.flatMap((v) => (v ? [v.name] : []))));
}

function neededInputs(nodes: readonly Node[], candidates: readonly Value[]): Value[] {
  const read = readBy(nodes);
  return candidates.filter((v) => read.has(v.name));
}

const namesOf = (values: readonly Value[]): Set<string> => new Set(values.map((v) => v.name));
