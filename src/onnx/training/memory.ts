import type { Node, Value } from '../graph/graph.ts';
import type { BatchShape, ValueSizes } from './value-sizes.ts';

/** Bytes that a training needs at its peak, by what they are for. */
export interface MemoryNeed {
  /** Weights, where they started, what AdamW carries, and gradients; and what is frozen. */
  weights: number;
  /** What the forward pass keeps for the backward pass. */
  kept: number;
  /** The most that is alive at once inside a run of ONNX Runtime, and what the binding has to copy. */
  working: number;
  /** Two batches: one at work, one being prepared. */
  batches: number;
  /** What is read once and kept, where there is room. */
  held: number;
  /** Of the computer's memory. */
  total: number;
  /** Of a GPU's memory, where a GPU computes: weights and gradients on their way, and what is at work. */
  gpu?: number;
}

/** For what an operator needs inside, and for memory between pieces of memory. */
const MARGIN = 1.25;
/**
 * The sessions themselves, compiled code and garbage not yet collected, in bytes: up to 60 MiB were seen, however small
 * the batches.
 */
const SESSIONS = 64 * 1024 ** 2;

/**
 * @param before bytes that the process had taken before the step was planned: the program, and what it has loaded
 * @param now what it has taken since; what planning tried out is given back, but was taken
 */
export function totalNeed(
  parts: Omit<MemoryNeed, 'held' | 'total'>,
  { before, now }: { before: number; now: number },
): MemoryNeed {
  const { weights, kept, working, batches, gpu } = parts;
  const here = weights + kept + (gpu === undefined ? working : 0) + batches;
  return {
    ...parts,
    held: 0,
    total: Math.round(Math.max(now, before + SESSIONS + MARGIN * here)),
  };
}

/** Operators that give their input's memory another shape. */
export const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);
/** Operators that may write over an input that nobody else reads. */
const IN_PLACE = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Relu',
  'Sqrt',
  'Neg',
  'Exp',
  'Softmax',
  'Cast',
  'Max',
  'Min',
  'Sum',
]);

/**
 * The most bytes alive at once while ONNX Runtime runs nodes one after the other.
 * @param elsewhere values whose memory is not its own: outputs that are given memory
 */
export function workingBytes(
  nodes: readonly Node[],
  elsewhere: ReadonlySet<string>,
  sizes: ValueSizes,
  shape: BatchShape,
): number {
  const roots = new Map<string, string>();
  const rootOf = (value: Value): string => roots.get(value.name) ?? value.name;
  for (const node of nodes)
    if (VIEWS.has(node.op)) for (const output of node.outputs) roots.set(output.name, rootOf(node.inputs[0]!));
  const lastUse = new Map<string, number>();
  nodes.forEach((node, i) =>
    [...node.inputs, ...node.outputs].forEach((value) => value && lastUse.set(rootOf(value), i)),
  );
  const alive = new Map<string, number>();
  let [now, most] = [0, 0];
  const release = (name: string): void => {
    now -= alive.get(name) ?? 0;
    alive.delete(name);
  };
  nodes.forEach((node, i) => {
    const dying = new Set(
      node.inputs.flatMap((value) => (value && lastUse.get(rootOf(value)) === i ? [rootOf(value)] : [])),
    );
    for (const output of node.outputs) {
      if (rootOf(output) !== output.name || elsewhere.has(output.name)) continue;
      const bytes = sizes.bytes(output, shape);
      const reused = IN_PLACE.has(node.op) ? [...dying].find((name) => alive.get(name) === bytes) : undefined;
      if (reused !== undefined) release(reused);
      alive.set(output.name, bytes);
      now += bytes;
    }
    most = Math.max(most, now);
    for (const name of dying) release(name);
    for (const output of node.outputs) if (lastUse.get(output.name) === i) release(output.name);
  });
  return most;
}
