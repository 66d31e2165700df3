import { floatOf } from './attributes.ts';
import type { Node, Value } from './graph.ts';

/** In what numbers a graph computes. */
export type Precision = 'float32' | 'float16';

/** ONNX's numbers of the two types (TensorProto.DataType). */
const FLOAT32 = 1;
const FLOAT16 = 10;
const LARGEST = 65504;

/** What a GPU does several times as fast in float16, and sums up in float32 all the same. */
const FAST = new Set([
  'MatMul',
  'Gemm',
  'Conv',
  'ConvTranspose',
  'Einsum',
  'LayerNormalization',
  'Softmax',
  'LogSoftmax',
  'Gelu',
]);

/** What float16's few digits or its narrow range would spoil: small variances, large squares, sums one by one. */
const PRECISE = new Set([
  'Log',
  'Sqrt',
  'Reciprocal',
  'Pow',
  'ReduceSumSquare',
  'InstanceNormalization',
  'GroupNormalization',
  'Sin',
  'Cos',
  'ScatterElements',
]);

/** Of which what they are made of is as precise. */
const ROOTS = new Set(['Sqrt', 'Reciprocal']);

/** What gives numbers other places. */
const MOVING = new Set(['Transpose', 'Reshape', 'Slice', 'Squeeze', 'Unsqueeze', 'Identity']);

/**
 * Mixed precision (Micikevicius et al. 2018): nodes that compute in float16 what follows from the batch, and in float32
 * what is made of weights alone, the statistics of normalisation, and what a logarithm is taken of. Weights come in as
 * float32 and are cast where they meet the batch. A value of another type than before has casts beside it: `x.float16`,
 * `x.float32`.
 *
 * All runs of a step are given at once, so that a value has the same type in each.
 */
export class HalfPrecision {
  private readonly makers: ReadonlyMap<string, Node>;
  private readonly fastOnly: ReadonlySet<string>;
  private readonly exact: ReadonlySet<string>;
  private readonly precise = new Set<Node>();
  /** Values of the batch that nodes make → whether in float16. */
  private readonly narrow = new Map<string, boolean>();
  private readonly changed = new Map<Node, Node>();
  private readonly casts = new Map<string, Node>();

  /**
   * @param nodes of all runs, in order
   * @param exact values that have to be there in float32 under their own names: what is read from outside
   */
  constructor(nodes: readonly Node[], exact: ReadonlySet<string>) {
    this.exact = exact;
    this.makers = new Map(nodes.flatMap((node) => node.outputs.map(({ name }) => [name, node] as const)));
    this.fastOnly = readByNoOthers(nodes, FAST);
    for (const node of nodes) if (PRECISE.has(node.op)) this.keepPrecise(node);
    for (const node of nodes) {
      const isNarrow = this.isNarrow(node);
      for (const { name, type, dims } of node.outputs)
        if (type === 'float32' && isSymbolic(dims)) this.narrow.set(name, isNarrow);
      if (isNarrow) for (const { name, type } of node.outputs) if (type === 'float32') this.narrow.set(name, true);
      if (node.op === 'LayerNormalization') for (const { name } of node.outputs.slice(1)) this.narrow.set(name, false);
    }
  }

  /** Nodes of one run, with the casts that it needs. */
  nodes(nodes: readonly Node[]): Node[] {
    const result: Node[] = [];
    const there = new Set<string>();
    const add = (node: Node): void => {
      if (there.has(node.outputs[0]!.name)) return;
      there.add(node.outputs[0]!.name);
      result.push(node);
    };
    for (const node of nodes) {
      const changed = this.changedNode(node);
      for (const input of changed.inputs) {
        const cast = input && this.casts.get(input.name);
        if (cast) add(cast);
      }
      add(changed);
      for (const output of node.outputs) {
        if (this.narrow.get(output.name) && this.exact.has(output.name)) {
          this.wide(output);
          add(this.casts.get(output.name)!);
        }
      }
    }
    return result;
  }

  /** A value as the node that makes it gives it: what one run hands to another. */
  native(value: Value): Value {
    return this.narrow.get(value.name) ? this.narrowed(value) : value;
  }

  /** Statistics and logarithms, with what they are made of. */
  private keepPrecise(node: Node): void {
    const all = node.op === 'Log';
    const waiting = [node];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (next !== node && (this.precise.has(next) || (!all && FAST.has(next.op)))) continue;
      this.precise.add(next);
      const isSum = next.op.startsWith('Reduce');
      if (!all && next === node && !ROOTS.has(node.op)) continue;
      for (const input of next.inputs) {
        const maker = input && this.makers.get(input.name);
        if (!maker || !maker.outputs.some(isFloat)) continue;
        // Of a sum only the squares that are summed: the way to them would never end.
        if (all || !isSum) waiting.push(maker);
        else if (maker.op === 'Mul' || maker.op === 'Pow') this.precise.add(maker);
      }
    }
  }

  private isNarrow(node: Node): boolean {
    const floats = [...node.inputs, ...node.outputs].filter(
      (value): value is Value => value !== undefined && isFloat(value),
    );
    if (this.precise.has(node)) return false;
    if (!floats.some(({ dims }) => isSymbolic(dims))) return MOVING.has(node.op) && this.movesNarrow(node);
    if (FAST.has(node.op)) return true;
    if (node.op === 'Div' && node.inputs[1]!.dims.length === 0 && this.makers.has(node.inputs[1]!.name)) return false;
    const known = node.inputs.filter(
      (value): value is Value => value !== undefined && isSymbolic(value.dims) && this.narrow.has(value.name),
    );
    // What has a number a row adapts to what has a row of numbers.
    const rows = known.filter(({ dims }) => dims.at(-1) !== 1);
    if (rows.length > 0) return rows.some(({ name }) => this.narrow.get(name));
    return known.every(({ name }) => this.narrow.get(name));
  }

  /** Of what is made of weights: what moves a gradient, or turns a weight round for a product. */
  private movesNarrow({ inputs: [moved], outputs: [output] }: Node): boolean {
    return (this.narrow.get(moved!.name) ?? false) || (isFloat(output!) && this.fastOnly.has(output!.name));
  }

  private changedNode(node: Node): Node {
    const known = this.changed.get(node);
    if (known) return known;
    const changed = this.isNarrowNode(node) ? this.narrowNode(node) : this.wideNode(node);
    this.changed.set(node, changed);
    return changed;
  }

  private isNarrowNode(node: Node): boolean {
    const [output] = node.outputs;
    // What makes no floats, as a shape, takes its input as it is.
    return isFloat(output!) ? (this.narrow.get(output!.name) ?? false) : this.inputsAreNarrow(node);
  }

  private inputsAreNarrow({ inputs }: Node): boolean {
    const floats = inputs.filter((value): value is Value => value !== undefined && isFloat(value));
    return floats.length > 0 && floats.every(({ name }) => this.narrow.get(name));
  }

  private narrowNode(node: Node): Node {
    return {
      ...asNarrow(node),
      inputs: node.inputs.map((value) => value && (isFloat(value) ? this.narrowed(value) : value)),
      outputs: node.outputs.map((value) => (this.narrow.get(value.name) ? this.narrowed(value) : value)),
    };
  }

  private wideNode(node: Node): Node {
    return { ...node, inputs: node.inputs.map((value) => value && (isFloat(value) ? this.wide(value) : value)) };
  }

  /** A value in float16. */
  private narrowed(value: Value): Value {
    const isMade = this.narrow.get(value.name) ?? false;
    const name = isMade && !this.exact.has(value.name) ? value.name : `${value.name}.float16`;
    const narrowed: Value = { ...value, name, type: 'float16' };
    if (!isMade) this.cast(value, narrowed, FLOAT16);
    return narrowed;
  }

  /** A value in float32. */
  private wide(value: Value): Value {
    if (!this.narrow.get(value.name)) return value;
    const wide: Value = this.exact.has(value.name) ? value : { ...value, name: `${value.name}.float32` };
    this.cast(this.narrowed(value), wide, FLOAT32);
    return wide;
  }

  private cast(from: Value, to: Value, type: number): void {
    if (!this.casts.has(to.name))
      this.casts.set(to.name, { op: 'Cast', inputs: [from], outputs: [to], attributes: { to: { int: type } } });
  }
}

/** Values that only nodes with these operators read. */
function readByNoOthers(nodes: readonly Node[], ops: ReadonlySet<string>): Set<string> {
  const read = new Set<string>();
  const others = new Set<string>();
  for (const { op, inputs } of nodes)
    for (const value of inputs) if (value) (ops.has(op) ? read : others).add(value.name);
  return new Set([...read].filter((name) => !others.has(name)));
}

const isFloat = ({ type }: Value): boolean => type === 'float32';
const isSymbolic = (dims: Value['dims']): boolean => dims.some((dim) => typeof dim === 'string');

/** The operator and attributes that do the same in float16. */
function asNarrow(node: Node): Node {
  const { op, attributes, inputs } = node;
  if (op === 'Cast')
    return isFloat(inputs[0]!)
      ? { ...node, op: 'Identity', attributes: {} }
      : { ...node, attributes: { to: { int: FLOAT16 } } };
  // So steep that it is a step: a slope that float16 doesn't have.
  if (op === 'HardSigmoid' && floatOf(attributes, 'alpha', 0.2) > LARGEST)
    return { ...node, op: 'Sign', attributes: {} };
  return node;
}
