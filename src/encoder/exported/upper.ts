import type { ConstantData, Dim, ElementType, Graph, Shape, Value } from '../../onnx/graph/graph.ts';
import type { ImportedModel, ImportedNode } from '../../onnx/file/import.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { lowRankBranch, residualAdapter } from '../../onnx/graph/layers.ts';
import { add, mul, reshape, sub } from '../../onnx/graph/ops.ts';
import { dimOfSize, formula, type Observed, type Size } from '../../onnx/runtime/probe.ts';
import { canReshape, dimOf, joined } from '../../onnx/graph/shapes.ts';
import { appendImported } from '../../onnx/file/upgrade.ts';
import { InputError } from '../../support/errors.ts';
import { fromFloat16 } from '../../support/float16.ts';
import type { HiddenLayers } from './hidden-layers.ts';
import type { Sizes } from './sizes.ts';

/** What the layers above a cut are made of. */
export interface UpperLayers {
  /** Values that nodes make. */
  values: ReadonlySet<string>;
  /**
   * Of them, those that the hidden layer at the cut leads to by more than its shape, and those that the mask leads to.
   */
  signal: ReadonlySet<string>;
  masked: ReadonlySet<string>;
  /** Stored numbers. */
  tensors: ReadonlySet<string>;
}

export interface Plan {
  model: ImportedModel;
  hidden: HiddenLayers;
  /** The value that it starts from: the recording, or the hidden layer at the cut. */
  start: string;
  /** The lowest hidden layer that it makes. */
  lowest: number;
  part: UpperLayers;
  sizes: Sizes;
  /** Stored numbers that become parameters. */
  trained: ReadonlySet<string>;
}

const PREFIX = 'encoder.';

export const parameterName = (tensor: string): string => PREFIX + tensor;

/** The tensor that a parameter stands for. */
export const tensorName = (parameter: string): string => parameter.slice(PREFIX.length);

/**
 * Values and stored numbers that these values are made of, up to where `stop` says. Of what is below a shape, only the
 * shape counts.
 */
export function madeOf(
  model: ImportedModel,
  from: readonly string[],
  stop: (name: string) => boolean,
): { values: Set<string>; tensors: Set<string> } {
  const values = new Set<string>();
  const tensors = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (model.tensors.has(name)) tensors.add(name);
    const maker = model.makers.get(name);
    if (!maker || values.has(name) || stop(name)) continue;
    for (const output of maker.outputs) if (output !== '') values.add(output);
    if (maker.op !== 'Shape' && maker.op !== 'Size') waiting.push(...maker.inputs.filter(Boolean));
  }
  return { values, tensors };
}

/** Operators that spread their inputs over each other. */
const spreading = new Set(['Add', 'Sub', 'Mul', 'Div', 'Where', 'Max', 'Min', 'Pow']);

/**
 * Appends the layers above the cut to a network: signal by its nodes, all else by the shortest way to the same numbers.
 */
export class UpperBuilder {
  private readonly plan: Plan;
  private readonly network: Network;
  private readonly graph: Graph;
  private readonly mask: Value | undefined;
  private readonly dropout: number;
  /** A value whose first dims are batch and frames. */
  private readonly sized: Value;
  private readonly made: Map<string, Value>;
  private readonly masks = new Map<ElementType, Value>();
  private readonly sizeValues = new Map<string, Value>();

  /** @param dropout of what each residual branch gives, while training */
  constructor(plan: Plan, network: Network, input: Value, mask: Value | undefined, dropout = 0) {
    this.plan = plan;
    this.network = network;
    this.graph = network.graph;
    this.mask = mask;
    this.dropout = dropout;
    this.sized = mask ?? input;
    this.made = new Map([[plan.start, input]]);
  }

  layers(): Value[] {
    const { model, part, hidden, lowest } = this.plan;
    // In the exporter's order: to start at the end and look for makers would go as deep as the encoder does.
    for (const node of model.nodes)
      if (node.outputs.some((name) => part.values.has(name) && part.signal.has(name))) this.append(node);
    return hidden.layers.slice(lowest).map((name) => this.value(name));
  }

  private value(name: string): Value {
    const known = this.made.get(name);
    if (known) return known;
    const value = this.plan.part.signal.has(name) ? undefined : this.withoutSignal(name);
    if (value) this.made.set(name, value);
    else this.append(this.makerOf(name));
    return this.made.get(name)!;
  }

  private makerOf(name: string): ImportedNode {
    const node = this.plan.model.makers.get(name);
    if (!node)
      throw new InputError(
        `it isn't understood how this encoder uses its input ${name}`,
        'Export it without a mask, or with the attention_mask of Hugging Face models.',
      );
    return node;
  }

  private append(node: ImportedNode): void {
    const shapes = node.outputs.filter(Boolean).map((name) => this.shape(name));
    const outputs =
      node.op === 'Reshape' && node.domain === ''
        ? [this.reshaped(node, shapes[0]!.dims)]
        : appendImported(this.graph, node, this.operands(node), shapes);
    node.outputs.filter(Boolean).forEach((name, i) => this.made.set(name, outputs[i]!));
    const [name] = node.outputs as [string];
    if (this.isLinear(node)) this.made.set(name, this.withLowRank(node, outputs[0]!));
    const layer = this.plan.hidden.layers.indexOf(name);
    if (layer >= this.plan.lowest) this.made.set(name, this.network.boundary(this.withAdapter(outputs[0]!, layer)));
  }

  /** A product of the signal with a weight that could be trained. */
  private isLinear({ op, domain, inputs: [x, weight] }: ImportedNode): boolean {
    const { part, sizes } = this.plan;
    return (
      (op === 'MatMul' || op === 'Gemm') &&
      domain === '' &&
      part.signal.has(x!) &&
      !part.signal.has(weight!) &&
      this.fromTrained(weight!) &&
      (sizes.seen.get(weight!)?.dims[0] ?? this.plan.model.tensors.get(weight!)!.dims).length === 2
    );
  }

  /** LoRA on a linear layer inside the blocks, under the name of its weight. */
  private withLowRank(node: ImportedNode, y: Value): Value {
    const { lowRank } = this.network;
    const [tensor] = madeOf(this.plan.model, [node.inputs[1]!], () => false).tensors;
    const name = parameterName(tensor!);
    // Where two layers share a weight, the first has the adapter.
    if (!lowRank?.on(name) || this.graph.parameters.has(`${name}.lora_a`)) return y;
    return add(
      this.graph,
      y,
      lowRankBranch(this.network, this.value(node.inputs[0]!), name, y.dims.at(-1) as number, lowRank),
    );
  }

  private withAdapter(left: Value, layer: number): Value {
    const { adapterDims } = this.network;
    return adapterDims && layer > 0
      ? residualAdapter(this.network, left, `blocks.${layer - 1}.adapter`, adapterDims)
      : left;
  }

  /**
   * The sum of a residual and what a branch makes of it, which comes later: there a block may drop some of the branch.
   */
  private withDropout(node: ImportedNode, inputs: (Value | undefined)[]): (Value | undefined)[] {
    const { part, sizes, hidden } = this.plan;
    const isFull = (name: string): boolean =>
      part.signal.has(name) &&
      String(sizes.seen.get(name)?.dims) === String(sizes.seen.get(hidden.layers[this.plan.lowest]!)!.dims);
    if (
      this.dropout === 0 ||
      node.op !== 'Add' ||
      !node.inputs.every((name) => name === this.plan.start || isFull(name))
    )
      return inputs;
    const later = this.order(node.inputs[1]!) > this.order(node.inputs[0]!) ? 1 : 0;
    return inputs.map((value, i) => (value && i === later ? this.network.dropout(value, this.dropout) : value));
  }

  private order(name: string): number {
    const node = this.plan.model.makers.get(name);
    return node ? this.plan.model.nodes.indexOf(node) : -1;
  }

  private operands(node: ImportedNode): (Value | undefined)[] {
    const spread = spreading.has(node.op) && this.plan.part.signal.has(node.outputs[0]!);
    const inputs = node.inputs.map((name) =>
      name === '' ? undefined : ((spread ? this.spreadable(name) : undefined) ?? this.value(name)),
    );
    if (
      this.mask &&
      this.plan.hidden.mask === undefined &&
      node.op === 'Softmax' &&
      this.plan.hidden.attention.includes(node.outputs[0]!)
    )
      inputs[0] = this.maskedScores(inputs[0]!, node);
    return this.withDropout(node, inputs);
  }

  /**
   * Of what is only added to the signal, or the like: one number, or two by the mask, where the exporter has as many as
   * there are.
   */
  private spreadable(name: string): Value | undefined {
    const { part, sizes } = this.plan;
    const seen = sizes.seen.get(name);
    if (!seen || part.signal.has(name) || this.fromTrained(name)) return undefined;
    const type = typeOf(seen);
    const first = numbers(seen, 0)[0]!;
    if (!part.masked.has(name))
      return seen.data.every((_, run) => numbers(seen, run).every((x) => x === first))
        ? this.constant(filled(type, first), [])
        : undefined;
    const rule = seen.dims[0]!.length > 2 ? maskRule(seen, sizes) : undefined;
    return rule ? this.spreadMask(this.byMask(type, rule), rule.rows, seen.dims[0]!.length) : undefined;
  }

  /** One number on sound and another on padding, [batch, 1, 1, frames]. */
  private byMask(type: ElementType, { sound, padding }: MaskRule): Value {
    const g = this.graph;
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const present = reshape(g, this.maskAs('bool'), [batch, 1, 1, frames]);
    if (type === 'bool' && sound === 1 && padding === 0) return present;
    if (type === 'bool' && sound === 0 && padding === 1) return g.node('Not', [present]);
    const [a, b] = [sound, padding].map((x) => this.constant(filled(type, x), []));
    return g.append('Where', [present, a, b], {}, [{ dims: present.dims, type }])[0]!;
  }

  /** [batch, 1, 1, frames] as scores want it: the same, or [batch · heads, 1, frames]. */
  private spreadMask(bias: Value, heads: number, rank: number): Value {
    if (rank === 4) return bias;
    const g = this.graph;
    const [batch, , , frames] = bias.dims as [Dim, Dim, Dim, Dim];
    const rows = dimOfSize({ scale: heads, batch: 1, frames: 0, offset: 0 }, batch, frames);
    const [spread] = g.append('Expand', [bias, g.integers([1, heads, 1, 1])], {}, [
      { dims: [batch, heads, 1, frames], type: bias.type },
    ]);
    return g.append('Reshape', [spread, joined(g, [g.integers([-1, 1]), dimOf(g, this.sized, 1)])], {}, [
      { dims: [rows, 1, frames], type: bias.type },
    ])[0]!;
  }

  /**
   * Keeps attention off padding in a graph that has no mask: scores [batch, heads, frames, frames] or [batch · heads,
   * frames, frames].
   */
  private maskedScores(scores: Value, node: ImportedNode): Value {
    const rank = scores.dims.length;
    if (rank !== 3 && rank !== 4)
      throw new InputError(
        `the attention of this encoder isn't understood (${node.outputs[0]})`,
        'Export it with an attention mask.',
      );
    const rows = this.plan.sizes.seen.get(node.outputs[0]!)!.dims[0]![0]!;
    const bias = this.byMask('float32', { sound: 0, padding: -1e4, rows: 1 });
    return add(this.graph, scores, this.spreadMask(bias, rows / this.plan.sizes.batches[0]!, rank));
  }

  /** Stored numbers, the mask, and what was the same at all sizes or follows from them. */
  private withoutSignal(name: string): Value | undefined {
    const { model, part, sizes, trained } = this.plan;
    const tensor = model.tensors.get(name);
    if (trained.has(name)) return this.network.parameter(parameterName(name), tensor!.dims, { value: 0 });
    if (tensor) return this.constant(tensor.read(), tensor.dims);
    const seen = sizes.seen.get(name);
    if (!seen || this.fromTrained(name)) return undefined;
    if (part.masked.has(name)) return this.frameMask(seen);
    const first = numbers(seen, 0);
    const same = seen.data.every(
      (_, run) => String(seen.dims[run]) === String(seen.dims[0]) && numbers(seen, run).every((x, i) => x === first[i]),
    );
    return same ? this.constant(asConstant(seen), seen.dims[0]!) : this.sizesOnly(seen);
  }

  private fromTrained(name: string): boolean {
    return [...madeOf(this.plan.model, [name], () => false).tensors].some((tensor) => this.plan.trained.has(tensor));
  }

  private constant(data: ConstantData, dims: readonly number[]): Value {
    if (data instanceof BigInt64Array && dims.length === 1 && data.every((x) => Number.isSafeInteger(Number(x))))
      return this.graph.integers(Array.from(data, Number));
    if (data instanceof Float32Array && dims.length === 0) return this.graph.scalar(data[0]!);
    return this.graph.constant(data, dims);
  }

  /** Where the graph made one truth a frame of its own mask, ours takes its place. */
  private frameMask(seen: Observed): Value | undefined {
    const rule = seen.dims[0]!.length === 2 ? maskRule(seen, this.plan.sizes) : undefined;
    if (!rule || rule.sound + rule.padding !== 1 || rule.sound * rule.padding !== 0) return undefined;
    const type = typeOf(seen);
    if (rule.sound === 1) return this.maskAs(type);
    const absent = sub(this.graph, this.graph.scalar(1), this.maskAs('float32'));
    return type === 'float32' ? absent : this.cast(absent, type);
  }

  private maskAs(type: ElementType): Value {
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const sizes = (): Value => joined(this.graph, [dimOf(this.graph, this.sized, 0), dimOf(this.graph, this.sized, 1)]);
    const mask =
      this.masks.get('float32') ??
      this.mask ??
      this.graph.append('Expand', [this.graph.scalar(1), sizes()], {}, [
        { dims: [batch, frames], type: 'float32' },
      ])[0]!;
    this.masks.set('float32', mask);
    const value = this.masks.get(type) ?? this.cast(mask, type);
    this.masks.set(type, value);
    return value;
  }

  private cast(x: Value, type: ElementType): Value {
    return this.graph.append(
      'Cast',
      [x],
      { to: { int: { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 }[type] } },
      [{ dims: x.dims, type }],
    )[0]!;
  }

  /** Whole numbers that follow from the sizes of the batch. */
  private sizesOnly(seen: Observed): Value | undefined {
    const [dims] = seen.dims;
    if (seen.type !== 'int64' || dims!.length > 1 || seen.dims.some((d) => String(d) !== String(dims)))
      return undefined;
    const vector = this.vector(numbers(seen, 0).map((_, i) => seen.data.map((__, run) => numbers(seen, run)[i]!)));
    return !vector || dims!.length === 1
      ? vector
      : this.graph.append('Squeeze', [vector], {}, [{ dims: [], type: 'int64' }])[0];
  }

  /** Numbers, each given by what it was at the sizes tried. */
  private vector(seen: readonly (readonly number[])[]): Value | undefined {
    const sizes = seen.map((of) => this.formula(of));
    return sizes.every((size) => size !== undefined)
      ? joined(
          this.graph,
          sizes.map((size) => this.sizeValue(size)),
        )
      : undefined;
  }

  private formula(seen: readonly number[]): Size | undefined {
    return formula(seen, this.plan.sizes.batches, this.plan.sizes.frames);
  }

  private sizeValue(size: Size): Value {
    const g = this.graph;
    const key = JSON.stringify(size);
    const known = this.sizeValues.get(key);
    if (known) return known;
    const factors = [...new Array<number>(size.batch).fill(0), ...new Array<number>(size.frames).fill(1)].map((axis) =>
      dimOf(g, this.sized, axis),
    );
    const scaled = (): Value => {
      const product = factors.reduce((a, b) => mul(g, a, b));
      const times = size.scale === 1 ? product : mul(g, product, g.integers([size.scale]));
      return size.offset === 0 ? times : add(g, times, g.integers([size.offset]));
    };
    const result = factors.length === 0 ? g.integers([size.offset]) : scaled();
    this.sizeValues.set(key, result);
    return result;
  }

  private reshaped(node: ImportedNode, dims: readonly Dim[]): Value {
    const x = this.value(node.inputs[0]!);
    if (canReshape(x.dims, dims)) return reshape(this.graph, x, dims);
    const seen = this.plan.sizes.seen.get(node.outputs[0]!)!.dims;
    const target = this.vector(seen[0]!.map((_, axis) => seen.map((d) => d[axis]!))) ?? this.value(node.inputs[1]!);
    return this.graph.append('Reshape', [x, target], {}, [{ dims, type: x.type }])[0]!;
  }

  private shape(name: string): Shape {
    const seen = this.plan.sizes.seen.get(name)!;
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const dims = seen.dims[0]!.map((_, axis): Dim => {
      const tried = seen.dims.map((d) => d[axis]!);
      const size = this.formula(tried);
      return size ? dimOfSize(size, batch, frames) : tried.join('|');
    });
    return { dims, type: typeOf(seen) };
  }
}

/** What a value is on frames of sound and on padding, in rows of which so many belong to a recording. */
interface MaskRule {
  sound: number;
  padding: number;
  rows: number;
}

/** Whether a value [rows · batch, …, frames] says nothing but which frames are sound. */
function maskRule(seen: Observed, sizes: Sizes): MaskRule | undefined {
  const rank = seen.dims[0]!.length;
  const rows = seen.dims[0]![0]! / sizes.batches[0]!;
  if (rank < 2 || rank > 4 || !Number.isInteger(rows) || (rank !== 3 && rows !== 1)) return undefined;
  // The first recording's first frame is sound, its last is padding.
  const sound = numbers(seen, 0)[0]!;
  const padding = numbers(seen, 0)[sizes.frames[0]! - 1]!;
  const fits = seen.data.every((_, run) => {
    const frames = sizes.frames[run]!;
    const dims = seen.dims[run]!;
    const each = dims.slice(1).reduce((a, d) => a * d, 1) * rows;
    const mask = sizes.masks[run]!;
    return (
      dims[0] === rows * sizes.batches[run]! &&
      dims.at(-1) === frames &&
      numbers(seen, run).every((x, i) => x === (mask[Math.floor(i / each) * frames + (i % frames)] ? sound : padding))
    );
  });
  return fits ? { sound, padding, rows } : undefined;
}

function typeOf(seen: Observed): ElementType {
  if (seen.type === 'int64' || seen.type === 'int32' || seen.type === 'bool') return seen.type;
  return 'float32';
}

/** A value's numbers in one run. */
function numbers(seen: Observed, run: number): number[] {
  const data = seen.data[run]!;
  if (seen.type === 'float16' && data instanceof Uint16Array) return Array.from(fromFloat16(data));
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

function asConstant(seen: Observed): ConstantData {
  if (seen.type === 'int64') return seen.data[0] as BigInt64Array;
  const type = typeOf(seen);
  const data = numbers(seen, 0);
  if (type === 'float32') return Float32Array.from(data);
  return type === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
}

function filled(type: ElementType, x: number): ConstantData {
  if (type === 'float32') return Float32Array.of(x);
  if (type === 'int64') return BigInt64Array.of(BigInt(x));
  return type === 'int32' ? Int32Array.of(x) : Uint8Array.of(x);
}
