import type { Dim, Graph, Value } from '../../onnx/graph/graph.ts';
import type { ImportedNode } from '../../onnx/file/import.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { lowRankBranch, residualAdapter } from '../../onnx/graph/layers.ts';
import { add, reshape } from '../../onnx/graph/ops.ts';
import type { Observed } from '../../onnx/runtime/probe.ts';
import { canReshape } from '../../onnx/graph/shapes.ts';
import { appendImported } from '../../onnx/file/upgrade.ts';
import { InputError } from '../../support/errors.ts';
import { type Plan, madeOf, parameterName } from './upper-plan.ts';
import { asConstant, constantOf, filled, numbers, typeOf } from './observed.ts';
import { BatchSizes } from './batch-sizes.ts';
import { FrameMasks } from './frame-masks.ts';
import { maskRule } from './mask-rule.ts';

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
  private readonly made: Map<string, Value>;
  private readonly masks: FrameMasks;
  private readonly batchSizes: BatchSizes;

  /** @param dropout of what each residual branch gives, while training */
  constructor(plan: Plan, network: Network, input: Value, mask: Value | undefined, dropout = 0) {
    this.plan = plan;
    this.network = network;
    this.graph = network.graph;
    this.mask = mask;
    this.dropout = dropout;
    const sized = mask ?? input;
    this.masks = new FrameMasks(this.graph, sized, mask);
    this.batchSizes = new BatchSizes(this.graph, sized, plan.sizes);
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
    const shapes = node.outputs.filter(Boolean).map((name) => this.batchSizes.shape(this.plan.sizes.seen.get(name)!));
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
        ? constantOf(this.graph, filled(type, first), [])
        : undefined;
    const rule = seen.dims[0]!.length > 2 ? maskRule(seen, sizes) : undefined;
    return rule ? this.masks.spread(this.masks.byMask(type, rule), rule.rows, seen.dims[0]!.length) : undefined;
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
    const bias = this.masks.byMask('float32', { sound: 0, padding: -1e4, rows: 1 });
    return add(this.graph, scores, this.masks.spread(bias, rows / this.plan.sizes.batches[0]!, rank));
  }

  /** Stored numbers, the mask, and what was the same at all sizes or follows from them. */
  private withoutSignal(name: string): Value | undefined {
    const { model, part, sizes, trained } = this.plan;
    const tensor = model.tensors.get(name);
    if (trained.has(name)) return this.network.parameter(parameterName(name), tensor!.dims, { value: 0 });
    if (tensor) return constantOf(this.graph, tensor.read(), tensor.dims);
    const seen = sizes.seen.get(name);
    if (!seen || this.fromTrained(name)) return undefined;
    if (part.masked.has(name)) return this.masks.inPlaceOf(seen, sizes);
    const first = numbers(seen, 0);
    const same = seen.data.every(
      (_, run) => String(seen.dims[run]) === String(seen.dims[0]) && numbers(seen, run).every((x, i) => x === first[i]),
    );
    return same ? constantOf(this.graph, asConstant(seen), seen.dims[0]!) : this.sizesOnly(seen);
  }

  private fromTrained(name: string): boolean {
    return [...madeOf(this.plan.model, [name], () => false).tensors].some((tensor) => this.plan.trained.has(tensor));
  }

  /** Whole numbers that follow from the sizes of the batch. */
  private sizesOnly(seen: Observed): Value | undefined {
    const [dims] = seen.dims;
    if (seen.type !== 'int64' || dims!.length > 1 || seen.dims.some((d) => String(d) !== String(dims)))
      return undefined;
    const vector = this.batchSizes.vector(
      numbers(seen, 0).map((_, i) => seen.data.map((__, run) => numbers(seen, run)[i]!)),
    );
    return !vector || dims!.length === 1
      ? vector
      : this.graph.append('Squeeze', [vector], {}, [{ dims: [], type: 'int64' }])[0];
  }

  private reshaped(node: ImportedNode, dims: readonly Dim[]): Value {
    const x = this.value(node.inputs[0]!);
    if (canReshape(x.dims, dims)) return reshape(this.graph, x, dims);
    const seen = this.plan.sizes.seen.get(node.outputs[0]!)!.dims;
    const target =
      this.batchSizes.vector(seen[0]!.map((_, axis) => seen.map((d) => d[axis]!))) ?? this.value(node.inputs[1]!);
    return this.graph.append('Reshape', [x, target], {}, [{ dims, type: x.type }])[0]!;
  }
}
