import type { Graph, Node, Value } from '../graph/graph.ts';

/** A step's nodes, there and back. */
export interface Way {
  graph: Graph;
  forward: readonly Node[];
  backward: readonly Node[];
  /** Values between which a stretch of the network is computed a second time in the backward pass. */
  boundaries: readonly Value[];
  /** dLoss/dOutput, which the backward pass starts with. */
  seed: Value;
}

/**
 * Checkpointing (Chen et al. 2016): nothing inside a stretch between two boundaries is kept. In the backward pass it is
 * computed once more from what enters it, just before it is needed. What is behind the last boundary is kept as it is.
 * @returns the backward pass, with the nodes that compute anew put in
 */
export function withRecomputation(way: Way): Node[] {
  const stretches = stretchesOf(way);
  const rebuilt = new Map<string, Value>();
  const seen = new Set<number>();
  const result: Node[] = [];
  let gradient = way.seed;
  const flowing = new Set([way.seed.name]);
  for (const node of way.backward) {
    for (const input of node.inputs) {
      const stretch = input && stretches.inside(input);
      if (stretch === undefined || seen.has(stretch)) continue;
      seen.add(stretch);
      result.push(...rebuild(way, stretches, stretch, gradient, rebuilt));
    }
    result.push({ ...node, inputs: node.inputs.map((input) => input && (rebuilt.get(input.name) ?? input)) });
    if (!node.inputs.some((input) => input && flowing.has(input.name))) continue;
    for (const output of node.outputs) flowing.add(output.name);
    const [first] = node.outputs;
    if (typeof first!.dims[0] === 'string') gradient = first!;
  }
  return result;
}

interface Stretches {
  /** The nodes of each. */
  nodes: readonly (readonly Node[])[];
  /** The stretch that a value would have to be computed anew in; undefined where it is kept. */
  inside(value: Value): number | undefined;
  isBoundary(value: Value): boolean;
}

function stretchesOf({ forward, boundaries }: Way): Stretches {
  const names = new Set(boundaries.map(({ name }) => name));
  const nodes: Node[][] = [[]];
  const home = new Map<string, number>();
  for (const node of forward) {
    nodes.at(-1)!.push(node);
    for (const output of node.outputs) home.set(output.name, nodes.length - 1);
    if (node.outputs.some(({ name }) => names.has(name))) nodes.push([]);
  }
  const last = nodes.length - 1;
  return {
    nodes,
    isBoundary: ({ name }) => names.has(name),
    inside: ({ name, type }) => {
      const stretch = home.get(name);
      // Whole numbers are shapes: to keep them costs nothing.
      return stretch === undefined || stretch === last || names.has(name) || type === 'int64' ? undefined : stretch;
    },
  };
}

/**
 * Copies the nodes of a stretch that the backward pass reads from.
 * @param gradient a value that is known by the time the stretch is needed, and not before: ONNX Runtime chooses an
 * order of its own, and would compute all stretches at once if what enters them did not depend on it
 */
function rebuild(
  { graph, backward }: Way,
  stretches: Stretches,
  stretch: number,
  gradient: Value,
  rebuilt: Map<string, Value>,
): Node[] {
  const isInside = (value: Value | undefined): value is Value =>
    value !== undefined && stretches.inside(value) === stretch;
  const needed = new Set(backward.flatMap((node) => node.inputs.filter(isInside).map(({ name }) => name)));
  const copied = [...stretches.nodes[stretch]!]
    .reverse()
    .filter((node) => {
      if (!node.outputs.some(({ name }) => needed.has(name))) return false;
      for (const input of node.inputs) if (isInside(input)) needed.add(input.name);
      return true;
    })
    .reverse();
  const start = graph.nodes.length;
  const delayed = new Map<string, Value>();
  const enters = (value: Value): boolean =>
    stretches.isBoundary(value) || (stretch === 0 && graph.inputs.includes(value) && typeof value.dims[1] === 'string');
  const operand = (value: Value | undefined): Value | undefined => {
    if (!value) return undefined;
    const copy = rebuilt.get(value.name) ?? delayed.get(value.name);
    if (copy) return copy;
    if (!enters(value)) return value;
    delayed.set(value.name, after(graph, value, gradient));
    return delayed.get(value.name);
  };
  for (const node of copied) {
    const outputs = graph.append(
      node.op,
      node.inputs.map(operand),
      node.attributes,
      node.outputs,
      `${node.outputs[0]!.name}.again`,
    );
    node.outputs.forEach(({ name, type }, i) => type !== 'int64' && rebuilt.set(name, outputs[i]!));
  }
  return graph.nodes.slice(start);
}

/** The value itself, but known no sooner than another: reshaped to its own dims plus nothing, read off the other's. */
function after(graph: Graph, value: Value, other: Value): Value {
  const one = graph.append('Shape', [other], { start: { int: 0 }, end: { int: 1 } }, [
    { dims: [1], type: 'int64' },
  ])[0]!;
  const nothing = graph.node('Mul', [one, graph.integers([0])]);
  const dims = graph.node('Add', [graph.node('Shape', [value]), nothing], {}, 'Add', [value.dims.length]);
  return graph.node('Reshape', [value, { ...dims, type: 'int64' }], {}, 'Reshape', value.dims);
}
