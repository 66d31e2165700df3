import type { Device } from './device.ts';
import { appendAdamW, type AdamWSettings } from './adamw.ts';
import { differentiate } from './differentiate.ts';
import { Graph, type Node, type Value } from './graph.ts';
import type { Network } from './network.ts';
import { totalNeed, VIEWS, workingBytes, type MemoryNeed } from './memory.ts';
import { add, reshape } from './ops.ts';
import { encodeModel } from './proto.ts';
import { withRecomputation, type Way } from './recompute.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import type { BatchShape, SymbolSizes, ValueSizes } from './value-sizes.ts';

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
  /** What is computed once more on the way back, instead of kept. */
  recompute?: Recomputed | undefined;
  /** Of the batches to come, the largest among them: memory for what the way back needs is taken once. */
  shapes?: readonly BatchShape[];
  /** What a batch makes of the names in the inputs' dims; those of `batch` and `frames` alone, if absent. */
  sizes?: SymbolSizes;
}

/** What is inside the blocks, or the whole way there. */
export type Recomputed = 'blocks' | 'all';

/** What pays on a device: another memory than the CPU's is reached so slowly that nothing is kept (decision 0032). */
export const recomputedOn = (device: Device, blocks: boolean): Recomputed | undefined => (device !== 'cpu' ? 'all' : blocks ? 'blocks' : undefined);

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
  /** All that the way there gives. */
  given: Value[];
  forwardInputs: Set<string>;
  backwardInputs: Set<string>;
  /** Of the session that moves the weights. */
  moveInputs: Set<string>;
}

/** A step's graphs before they are opened. */
export interface Plan {
  network: Network;
  forward: PlannedRun;
  backward: PlannedRun;
  update?: PlannedRun;
  sums: Parts['sums'];
  output: Value;
  seed: Value;
  norm: Value;
  next: Parts['next'];
  kept: Value[];
}

interface PlannedRun {
  graph: Graph;
  nodes: readonly Node[];
  inputs: Value[];
  outputs: Value[];
}

/** A network's way there, its way back, and the move of its weights. Appends to the network's graph: once to a network. */
export function planStep(network: Network, output: Value, settings: AdamWSettings, options: Pick<EngineOptions, 'accumulate' | 'recompute'>): Plan {
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
  const way = { graph, forward: forwardNodes, backward: added.filter((node) => !early(node)), boundaries: network.boundaries, seed };
  const moved = [norm, ...[...next.values()].flatMap((v) => [v.weight, v.mean, v.square])];
  const backwardOutputs = update ? sums.map(({ after }) => after) : moved;
  const backwardNodes = nodesBack(way, options.recompute, backwardOutputs);
  const made = madeBy(forwardNodes);
  const remade = madeBy(backwardNodes);
  const kept = [...readBy(backwardNodes)].flatMap((name) => (remade.has(name) ? [] : (made.get(name) ?? [])));
  const run = (of: Graph, nodes: readonly Node[], candidates: readonly Value[], outputs: Value[]): PlannedRun => ({ graph: of, nodes, inputs: neededInputs(nodes, candidates), outputs });
  return {
    network, sums, output, seed, norm, next, kept,
    forward: run(graph, forwardNodes, forwardInputs, [...new Set([output, ...kept])]),
    backward: run(graph, backwardNodes, [...graph.inputs, ...graph.parameters.values(), ...kept], backwardOutputs),
    ...(update ? { update: run(update.graph, update.graph.nodes, [...update.graph.inputs, ...update.graph.parameters.values()], moved) } : {}),
  };
}

/** Opens a step's sessions. */
export async function openStep(plan: Plan, options: SessionOptions): Promise<Parts> {
  const { network, sums, output, seed, norm, next, kept } = plan;
  const open = ({ graph, ...run }: PlannedRun): Promise<Session> => openSession(encodeModel(graph, run), { returnsMemory: true, ...options });
  const [forward, backward] = [await open(plan.forward), await open(plan.backward)];
  const update = plan.update && (await open(plan.update));
  return {
    graph: network.graph, forward, backward, ...(update ? { update } : {}), sums, output, seed, norm, next, kept, given: plan.forward.outputs,
    forwardInputs: namesOf(plan.forward.inputs), backwardInputs: namesOf(plan.backward.inputs), moveInputs: namesOf((plan.update ?? plan.backward).inputs),
  };
}

/**
 * What a step needs with batches of these shapes, with what the process had.
 * @param sizes of the network's values, the way back included
 * @param before bytes that the process had taken before the step was planned
 * @param pooled whether ONNX Runtime keeps what it has worked with (decision 0028)
 */
export function needOf(plan: Plan, sizes: ValueSizes, shapes: readonly BatchShape[], { before, pooled }: { before: number; pooled: boolean }): MemoryNeed {
  const { inputs, parameters, constants } = plan.network.graph;
  const bytes = (values: Iterable<Value>, shape: BatchShape): number => [...values].reduce((sum, value) => sum + sizes.bytes(value, shape), 0);
  const elsewhere = new Set([...plan.forward.outputs, ...plan.backward.outputs].map(({ name }) => name));
  // Weights and two moments, of this step and of the next; sums of gradients, of this batch and before it.
  const copies = 6 + (plan.update ? 2 : 0);
  const stored = [...constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const most = (of: (shape: BatchShape) => number): number => Math.max(0, ...shapes.map(of));
  return totalNeed({
    weights: copies * bytes(parameters.values(), { batch: 1, frames: 1 }) + 2 * stored,
    kept: most((shape) => bytes(plan.forward.outputs, shape)),
    // The binding for Node gives a copy of each output, which is there until it is collected.
    working: most((shape) => bytes(plan.forward.outputs, shape) + (pooled ? POOL : 1) * Math.max(workingBytes(plan.forward.nodes, elsewhere, sizes, shape), workingBytes(plan.backward.nodes, elsewhere, sizes, shape))),
    batches: 2 * most((shape) => bytes(inputs.filter(({ dims }) => dims.some((d) => typeof d === 'string')), shape)),
  }, before, process.memoryUsage.rss());
}

/** A pool that batches of many shapes have been through, against the most that one of them works with: 2 to 6 times were seen. */
const POOL = 8;

export const gradientOf = (parameter: string): string => `${parameter}.gradient`;

/** Gradients that are added to what earlier batches gave. */
function summed(graph: Graph, gradients: ReadonlyMap<string, Value>): Parts['sums'] {
  // ONNX Runtime makes what the last output is made of first: the gradients of the top layers, as they come to be known.
  return [...gradients].reverse().map(([parameter, gradient]) => {
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

/** The nodes of the way back, and of the way there those that it computes once more. */
function nodesBack(way: Way, recompute: Recomputed | undefined, outputs: readonly Value[]): Node[] {
  if (recompute === 'all') return leadingTo(outputs, [...way.forward, ...way.backward]);
  return withViews(way.forward, recompute === 'blocks' ? withRecomputation(way) : way.backward);
}

/** Of nodes in order, those that some values are made of. */
function leadingTo(values: readonly Value[], nodes: readonly Node[]): Node[] {
  const wanted = new Set(values.map(({ name }) => name));
  const found = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some(({ name }) => wanted.has(name))) return false;
    for (const input of node.inputs) if (input) wanted.add(input.name);
    return true;
  });
  return found.reverse();
}

/** The way back with other shapes of values made there once more: ONNX Runtime would have to copy them to keep both. */
function withViews(forward: readonly Node[], backward: readonly Node[]): Node[] {
  const read = readBy(backward);
  const again = [...forward].reverse().filter((node) => {
    const [source] = node.inputs;
    if (!VIEWS.has(node.op) || source!.type !== 'float32' || !read.has(node.outputs[0]!.name)) return false;
    for (const input of node.inputs) if (input) read.add(input.name);
    return true;
  });
  return [...again.reverse(), ...backward];
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
