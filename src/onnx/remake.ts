import type { Node, Value } from './graph.ts';
import { VIEWS } from './memory.ts';

/** Operators that only move numbers about, or combine each with one other: to make their results anew costs less than to keep them. */
const QUICK = new Set(['Concat', 'Slice', 'Pad', 'Transpose', 'Expand', 'Add', 'Sub', 'Mul', 'Relu']);

/**
 * The way back with some of what it reads made once more instead of kept: other shapes of a value, which ONNX Runtime would have to copy
 * to keep both, and what quick operators make of less than itself, or of what is kept or fed anyway. What is kept costs three passes
 * over memory: the binding for Node gives a copy of each output.
 */
export function withRemade(forward: readonly Node[], backward: readonly Node[]): Node[] {
  const kept = new Set(backward.flatMap(({ inputs }) => inputs.flatMap((value) => (value ? [value.name] : []))));
  const remade = chooseRemade(forward, kept);
  const again = [...forward].reverse().filter((node) => {
    const { name } = node.outputs[0]!;
    if (!remade.has(name) || !kept.has(name)) return false;
    for (const input of node.inputs) if (input) kept.add(input.name);
    return true;
  });
  return [...again.reverse(), ...backward];
}

/** @param kept what the way back reads; sources that are kept instead are added. @returns values that are not kept but made of them */
function chooseRemade(forward: readonly Node[], kept: Set<string>): Set<string> {
  const makers = new Map(forward.flatMap((node) => node.outputs.map(({ name }) => [name, node] as const)));
  const remade = new Set<string>();
  for (const node of forward) {
    const [output] = node.outputs as [Value];
    if (!kept.has(output.name) || !isQuick(node)) continue;
    const { sources, between } = chainTo(node, makers, kept, remade);
    const pays = size(sources) < size([output]);
    if (!pays && !isView(node)) continue;
    for (const name of [output.name, ...(pays ? between : [])]) remade.add(name);
    for (const { name } of pays ? sources : [node.inputs[0]!]) kept.add(name);
  }
  return remade;
}

/** What quick operators make a node's result of that is not there yet, and what lies between. */
function chainTo(last: Node, makers: ReadonlyMap<string, Node>, kept: ReadonlySet<string>, remade: ReadonlySet<string>): { sources: Value[]; between: string[] } {
  const sources: Value[] = [];
  const between = new Set<string>();
  const waiting = [last];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const value of node.inputs) {
      const maker = value && makers.get(value.name);
      // Whole numbers are shapes: to keep them costs nothing. What nobody makes on the way there is fed, or constant.
      if (!value || !maker || value.type === 'int64' || kept.has(value.name) || remade.has(value.name) || between.has(value.name)) continue;
      if (isQuick(maker)) {
        between.add(value.name);
        waiting.push(maker);
      } else if (!sources.includes(value)) sources.push(value);
    }
  }
  return { sources, between: [...between] };
}

const isView = ({ op, inputs }: Node): boolean => VIEWS.has(op) && inputs[0]!.type === 'float32';
const isQuick = (node: Node): boolean => QUICK.has(node.op) || isView(node);

/** Of values beside each other, in a batch like most. */
function size(values: readonly Value[]): number {
  const [batch, frames] = [8, 400];
  return values.reduce((sum, { dims }) => sum + dims.reduce<number>((product, d) => product * (typeof d === 'number' ? d : d === 'batch' ? batch : frames), 1), 0);
}
