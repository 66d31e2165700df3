import type { Graph, Node, Value } from '../graph/graph.ts';
import { gradientRules } from './gradients/index.ts';
import { add } from '../graph/ops.ts';

/**
 * Reverse-mode differentiation: appends to the graph the nodes that compute dLoss/dValue for every wanted value, given
 * dLoss/d`output` in `seed`. One walk back over the nodes; a value that is used twice gets the sum of its gradients.
 * @returns the wanted value's name → its gradient; a wanted value that `output` doesn't depend on is not in the map
 * @throws Error naming the op when an operator on the way has no gradient
 */
export function differentiate(graph: Graph, output: Value, seed: Value, wanted: Iterable<Value>): Map<string, Value> {
  const forward = [...graph.nodes];
  const wantedNames = new Set([...wanted].map((v) => v.name));
  const reached = dependants(forward, wantedNames);
  const readers = readersOf(forward);
  const gradients = new Map<string, Value>([[output.name, seed]]);
  for (const node of forward.reverse()) {
    const ofOutputs = node.outputs.map((v) => gradients.get(v.name));
    if (!ofOutputs.some(Boolean) || !node.inputs.some((v) => v && reached.has(v.name))) continue;
    const rule = gradientRules[node.op];
    if (!rule) throw new Error(`no gradient for the operator ${node.op} (${node.outputs[0]!.name})`);
    if (node.op !== 'Split' && ofOutputs.slice(1).some(Boolean))
      throw new Error(
        `no gradient for the operator ${node.op} by another output than its first (${node.outputs[0]!.name})`,
      );
    const wants = (i: number): boolean => reached.has(node.inputs[i]?.name ?? '');
    const reader =
      node.outputs[0]!.name === output.name ? undefined : onlyReader(readers.get(node.outputs[0]!.name), gradients);
    const parts = rule({ graph, node, gradient: ofOutputs[0]!, gradients: ofOutputs, wants, reader });
    node.inputs.forEach((input, i) => {
      const part = parts[i];
      if (!input || !part || !reached.has(input.name)) return;
      const sofar = gradients.get(input.name);
      gradients.set(input.name, sofar ? add(graph, sofar, part) : part);
    });
  }
  return new Map([...gradients].filter(([name]) => wantedNames.has(name)));
}

/**
 * The names of all values that depend on one of the sources, the sources included. Shapes and comparisons have no
 * gradient.
 */
function dependants(nodes: readonly Node[], sources: ReadonlySet<string>): Set<string> {
  const reached = new Set(sources);
  for (const node of nodes)
    if (node.inputs.some((v) => v && reached.has(v.name)))
      for (const v of node.outputs) if (v.type === 'float32') reached.add(v.name);
  return reached;
}

function readersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const list = readers.get(input.name);
      if (list) list.push(node);
      else readers.set(input.name, [node]);
    }
  }
  return readers;
}

function onlyReader(
  nodes: readonly Node[] | undefined,
  gradients: ReadonlyMap<string, Value>,
): { node: Node; gradient: Value } | undefined {
  const node = nodes?.length === 1 ? nodes[0] : undefined;
  const gradient = node && gradients.get(node.outputs[0]!.name);
  return gradient ? { node, gradient } : undefined;
}
