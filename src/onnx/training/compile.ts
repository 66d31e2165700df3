import type { Device } from '../runtime/device.ts';
import type { Moments } from './adamw.ts';
import { differentiate } from '../autodiff/differentiate.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { Network } from '../graph/network.ts';
import { HalfPrecision, type Precision } from '../graph/half-precision.ts';
import type { LossScaleState } from './loss-scale.ts';
import { totalNeed, VIEWS, workingBytes, type MemoryNeed } from './memory.ts';
import { encodeModel } from '../file/proto.ts';
import { withRecomputation, type Way } from '../autodiff/recompute.ts';
import { openSession, type Session, type SessionOptions } from '../runtime/session.ts';
import type { BatchShape, SymbolSizes, ValueSizes } from './value-sizes.ts';
import { withoutConvolutions } from '../graph/windows.ts';

export type Weights = Map<string, Float32Array>;

export interface EngineOptions extends SessionOptions {
  moments?: Moments;
  /** What is computed once more on the way back, instead of kept. */
  recompute?: Recomputed | undefined;
  /** In what numbers it computes; weights and their moves are float32. */
  precision?: Precision | undefined;
  /** Of a training in float16 that is gone on with. */
  lossScale?: LossScaleState | undefined;
  /** Of the batches to come, the largest among them: memory for what the way back needs is taken once. */
  shapes?: readonly BatchShape[];
  /** What a batch makes of the names in the inputs' dims; those of `batch` and `frames` alone, if absent. */
  sizes?: SymbolSizes;
}

/** What is inside the blocks, or the whole way there; or that, and what is inside the blocks a third time. */
export type Recomputed = 'blocks' | 'all' | 'all and blocks';

/** What pays on a device: another memory than the CPU's is reached so slowly that nothing is kept (decision 0032). */
export const recomputedOn = (device: Device, blocks: boolean): Recomputed | undefined =>
  device !== 'cpu' ? (blocks ? 'all and blocks' : 'all') : blocks ? 'blocks' : undefined;

const computesAllAgain = (recompute: Recomputed | undefined): boolean =>
  recompute === 'all' || recompute === 'all and blocks';

/** The sessions of a training step, and how their values are called. */
export interface Parts {
  graph: Graph;
  forward: Session;
  backward: Session;
  output: Value;
  seed: Value;
  /** Parameter → its gradient. */
  gradients: ReadonlyMap<string, Value>;
  /** Values of the way there that the way back reads. */
  kept: Value[];
  /** All that the way there gives. */
  given: Value[];
  precision: Precision;
  forwardInputs: Set<string>;
  backwardInputs: Set<string>;
}

/** A step's graphs before they are opened. */
export interface Plan {
  network: Network;
  forward: PlannedRun;
  backward: PlannedRun;
  output: Value;
  seed: Value;
  gradients: ReadonlyMap<string, Value>;
  kept: Value[];
  precision: Precision;
}

interface PlannedRun {
  nodes: readonly Node[];
  inputs: Value[];
  outputs: Value[];
}

/**
 * A network's way there and its way back to its parameters' gradients. Appends to the network's graph: once to a
 * network.
 */
export function planStep(
  network: Network,
  output: Value,
  { recompute, precision = 'float32' }: Pick<EngineOptions, 'recompute' | 'precision'> = {},
): Plan {
  const { graph } = network;
  const plain = (nodes: readonly Node[]): Node[] =>
    computesAllAgain(recompute) ? withoutConvolutions(graph, nodes) : [...nodes];
  const forwardNodes = [...graph.nodes];
  const forwardInputs = [...graph.inputs, ...graph.parameters.values()];
  const seed = graph.input('output_gradient', output.dims);
  const gradients = asOutputs(graph, differentiate(graph, output, seed, graph.parameters.values()), seed);
  const added = graph.nodes.slice(forwardNodes.length);
  const before = madeBy(forwardNodes);
  // A shape that the way back reads is taken on the way there: to keep it costs nothing, to keep what has it would.
  const early = (node: Node): boolean => node.op === 'Shape' && before.has(node.inputs[0]!.name);
  const forward = plain([...forwardNodes, ...added.filter(early)]);
  const way = {
    graph,
    forward,
    backward: plain(added.filter((node) => !early(node))),
    boundaries: network.boundaries,
    seed,
  };
  // ONNX Runtime makes what the last output is made of first: the gradients of the top layers, as they come to be
  // known.
  const wanted = [...gradients.values()].reverse();
  const backwardNodes = nodesBack(way, recompute, wanted);
  const made = madeBy(forward);
  const remade = madeBy(backwardNodes);
  const kept = [...readBy(backwardNodes)].flatMap((name) => (remade.has(name) ? [] : (made.get(name) ?? [])));
  const run = (nodes: readonly Node[], candidates: readonly Value[], outputs: Value[]): PlannedRun => ({
    nodes,
    inputs: neededInputs(nodes, candidates),
    outputs,
  });
  const plan: Plan = {
    network,
    output,
    seed,
    gradients,
    kept,
    precision,
    forward: run(forward, forwardInputs, [...new Set([output, ...kept])]),
    backward: run(backwardNodes, [...graph.inputs, ...graph.parameters.values(), ...kept], wanted),
  };
  return precision === 'float16' ? inHalfPrecision(plan) : plan;
}

/** The same step in float16, but for what is read from outside: the output and the gradients. */
function inHalfPrecision(plan: Plan): Plan {
  const { forward, backward, output, kept } = plan;
  const exact = new Set([output, ...plan.gradients.values()].map(({ name }) => name));
  const half = new HalfPrecision([...new Set([...forward.nodes, ...backward.nodes])], exact);
  const handedOver = kept.map((value) => half.native(value));
  const run = ({ nodes, inputs }: PlannedRun, outputs: Value[]): PlannedRun => ({
    nodes: half.nodes(nodes),
    inputs: inputs.map((value) => half.native(value)),
    outputs,
  });
  return {
    ...plan,
    kept: handedOver,
    forward: run(forward, [output, ...handedOver.filter(({ name }) => name !== output.name)]),
    backward: run(backward, backward.outputs),
  };
}

/** Gradients as a run can give them out: made by it, and each by itself. */
function asOutputs(graph: Graph, gradients: ReadonlyMap<string, Value>, seed: Value): Map<string, Value> {
  const taken = new Set([seed.name]);
  return new Map(
    [...gradients].map(([name, gradient]) => {
      const output = taken.has(gradient.name) ? graph.node('Identity', [gradient]) : gradient;
      taken.add(output.name);
      return [name, output];
    }),
  );
}

/** Opens a step's sessions. */
export async function openStep(
  { network, forward, backward, output, seed, gradients, kept, precision }: Plan,
  options: SessionOptions,
): Promise<Parts> {
  const open = (run: PlannedRun): Promise<Session> =>
    openSession(encodeModel(network.graph, { ...run, runsInto: true }), { returnsMemory: true, ...options });
  return {
    graph: network.graph,
    forward: await open(forward),
    backward: await open(backward),
    output,
    seed,
    gradients,
    kept,
    precision,
    given: forward.outputs,
    forwardInputs: namesOf(forward.inputs),
    backwardInputs: namesOf(backward.inputs),
  };
}

/**
 * What a step needs with batches of these shapes, with what the process had.
 * @param sizes of the network's values, the way back included
 * @param before bytes that the process had taken before the step was planned
 * @param pooled whether ONNX Runtime keeps what it has worked with (decision 0028)
 * @param device on which it computes: what is at work on a GPU is in the GPU's memory
 */
export function needOf(
  plan: Plan,
  sizes: ValueSizes,
  shapes: readonly BatchShape[],
  { before, pooled, device = 'cpu' }: { before: number; pooled: boolean; device?: Device },
): MemoryNeed {
  const { inputs, parameters, constants } = plan.network.graph;
  const bytes = (values: Iterable<Value>, shape: BatchShape): number =>
    [...values].reduce((sum, value) => sum + sizes.bytes(value, shape), 0);
  const elsewhere = new Set([...plan.forward.outputs, ...plan.backward.outputs].map(({ name }) => name));
  // Weights, where they started, two moments, gradients and their sums over batches.
  const copies = 6;
  const stored = [...constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  // Where one output's size isn't known, the binding for Node gives a copy of each, which is there until it is
  // collected.
  const copied = (shape: BatchShape): number =>
    plan.forward.outputs.every((value) => sizes.dims(value, shape)) ? 0 : bytes(plan.forward.outputs, shape);
  const most = (of: (shape: BatchShape) => number): number => Math.max(0, ...shapes.map(of));
  const atWork = (shape: BatchShape): number =>
    Math.max(
      workingBytes(plan.forward.nodes, elsewhere, sizes, shape),
      workingBytes(plan.backward.nodes, elsewhere, sizes, shape),
    );
  const learning = bytes(parameters.values(), { batch: 1, frames: 1 });
  const isOnGpu = device !== 'cpu';
  return totalNeed(
    {
      weights: copies * learning + 2 * stored,
      kept: most((shape) => bytes(plan.forward.outputs, shape)),
      working: most((shape) => (isOnGpu ? atWork(shape) : copied(shape) + (pooled ? POOL : 1) * atWork(shape))),
      ...(isOnGpu ? { gpu: Math.round(DRIVER + 2 * learning + stored + GPU_POOL * most(atWork)) } : {}),
      batches:
        2 *
        most((shape) =>
          bytes(
            inputs.filter(({ dims }) => dims.some((d) => typeof d === 'string')),
            shape,
          ),
        ),
    },
    { before, now: process.memoryUsage.rss() },
  );
}

/**
 * A pool that batches of many shapes have been through, against the most that one of them works with: 2 to 6 times were
 * seen.
 */
const POOL = 8;

/**
 * What CUDA and its libraries take of a GPU, in bytes, and its pool against the most that a batch works with: guesses,
 * not yet measured.
 */
const DRIVER = 1024 ** 3;
const GPU_POOL = 1.5;

/** The nodes of the way back, and of the way there those that it computes once more. */
function nodesBack(way: Way, recompute: Recomputed | undefined, outputs: readonly Value[]): Node[] {
  const backward = recompute === undefined || recompute === 'all' ? way.backward : withRecomputation(way);
  const nodes = computesAllAgain(recompute) ? [...way.forward, ...backward] : withViews(way.forward, backward);
  return leadingTo(outputs, nodes);
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
