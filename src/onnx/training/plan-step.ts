import { differentiate } from '../autodiff/differentiate.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { Network } from '../graph/network.ts';
import { HalfPrecision, type Precision } from '../graph/half-precision.ts';
import { VIEWS } from './memory.ts';
import { withRecomputation, type Way } from '../autodiff/recompute.ts';
import { withoutConvolutions } from '../graph/windows.ts';
import type { EngineOptions } from './compile.ts';
import { computesAllAgain, type Recomputed } from './recomputed.ts';

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

export interface PlannedRun {
  nodes: readonly Node[];
  inputs: Value[];
  outputs: Value[];
}

/**
 * A network's forward pass, and its backward pass to its parameters' gradients. Appends to the network's graph: once to
 * a network.
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
  // A shape that the backward pass reads is taken in the forward pass: to keep it costs nothing, to keep what has it
  // would.
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

/** The nodes of the backward pass, and of the forward pass those that it computes once more. */
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

/**
 * The backward pass with other shapes of values made there once more: ONNX Runtime would have to copy them to keep
 * both.
 */
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
