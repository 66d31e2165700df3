import type { ImportedModel, ImportedNode } from '../../onnx/file/import.ts';
import { InputError } from '../../support/errors.ts';

/** The output that an adapter between encoder and head has in the graphs that isogloss makes of PyTorch weights. */
export const LENGTH_ADAPTER = 'length_adapter';

/** Where a transformer encoder's hidden layers are in a graph. */
export interface HiddenLayers {
  /** The graph's input that takes the recording. */
  audio: string;
  /** The graph's input that says which of it is sound, if it has one. */
  mask?: string;
  /**
   * Names of values: what enters the first block, then what leaves each block; what leaves the last is normalised, if
   * the encoder does so. Then the adapter between encoder and head, where there is one.
   */
  layers: readonly string[];
  /** The value that leaves each block's attention softmax, or its fused attention. */
  attention: readonly string[];
}

/**
 * Finds the hidden layers of a transformer encoder by what the graph computes, whatever an exporter called things.
 *
 * A block is known by its attention: a softmax of a matrix product, multiplied with a matrix. A hidden layer is where
 * all of the signal passes through one value, before it fans out into the block's query, key and value and its
 * residual: the last value that lies on every way from the recording both to the block's softmax and to the encoder's
 * end. In terms of graphs, it's their nearest common dominator. That holds for post-norm blocks (Wav2Vec2 base, HuBERT
 * base, WavLM base, Data2Vec), for pre-norm ones (large ones, XLS-R, MMS, Whisper, our own) and, half a feed-forward
 * further down, for conformers (Wav2Vec2-BERT); for quantised graphs as for others.
 * @throws InputError when there is no such encoder in the graph
 */
export function findHiddenLayers(model: ImportedModel): HiddenLayers {
  const sources = model.inputs.filter((input) => input.type === 'float32').map((input) => input.name);
  for (const audio of sources) {
    const found = layersFrom(model, audio);
    if (!found) continue;
    const others = model.inputs.filter((input) => input.name !== audio);
    if (others.length > 1)
      throw new InputError(
        `the model has inputs that isogloss doesn't know: ${others.map((o) => o.name).join(', ')}`,
        'Export it with the recording and at most an attention mask as inputs.',
      );
    return { audio, ...(others[0] ? { mask: others[0].name } : {}), ...found };
  }
  throw new InputError(
    'no transformer encoder was found in this model',
    'Give an encoder of the Wav2Vec2 family (Wav2Vec2, HuBERT, WavLM, Data2Vec, XLS-R, MMS, Wav2Vec2-BERT) or of ' +
      'Whisper, exported whole.',
  );
}

function layersFrom(model: ImportedModel, audio: string): Pick<HiddenLayers, 'layers' | 'attention'> | undefined {
  const signal = traceSignal(model, audio);
  const [adapter, ends] = [
    model.outputs.filter((name) => name === LENGTH_ADAPTER),
    model.outputs.filter((name) => name !== LENGTH_ADAPTER && signal.has(name)),
  ];
  const passed = (name: string): number => signal.get(name)!.attention.length;
  const most = Math.max(0, ...ends.map(passed));
  // Of the outputs that all blocks lead to, the one furthest on.
  const end = ends
    .filter((name) => passed(name) === most)
    .sort((a, b) => signal.get(b)!.order - signal.get(a)!.order)[0];
  if (end === undefined || most === 0) return undefined;
  const { attention } = signal.get(end)!;
  const layers = attention.map((name) => belowHalfStep(model, signal, nearestCommon(signal, name, end)));
  if (new Set(layers).size < layers.length) return undefined;
  const last = lastLayer(model, signal, layers.at(-1)!, end);
  return { layers: [...layers, ...(adapter.length > 0 ? [beforeName(model, last), ...adapter] : [last])], attention };
}

/** What an adapter goes on from, not its copy with the name of an output. */
function beforeName(model: ImportedModel, name: string): string {
  const maker = model.makers.get(name);
  return maker?.op === 'Identity' ? maker.inputs[0]! : name;
}

/** What is known of a value that carries signal. */
interface Point {
  order: number;
  /** The nearest value that all ways from the recording here lead through. */
  dominator: string;
  depth: number;
  /** The attentions on the ways here, in order. */
  attention: readonly string[];
}
type Signal = Map<string, Point>;

/** Walks along the signal from the recording on. Shapes and comparisons of it are not the signal. */
function traceSignal(model: ImportedModel, audio: string): Signal {
  const signal: Signal = new Map([[audio, { order: 0, dominator: audio, depth: 0, attention: [] }]]);
  model.nodes.forEach((node, i) => {
    const inputs = node.inputs.filter((name) => signal.has(name));
    if (inputs.length === 0 || !carriesSignal(node)) return;
    const dominator = inputs.reduce((a, b) => nearestCommon(signal, a, b));
    const before = inputs.map((name) => signal.get(name)!.attention).reduce(merge);
    const attention = isAttention(model, node, signal) ? [...before, node.outputs[0]!] : before;
    for (const name of signalOutputs(node))
      signal.set(name, { order: i + 1, dominator, depth: signal.get(dominator)!.depth + 1, attention });
  });
  return signal;
}

function merge(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a === b || b.every((name) => a.includes(name))) return a;
  return a.every((name) => b.includes(name)) ? b : [...new Set([...a, ...b])];
}

/** Operators whose result says nothing of the signal but its shape, or where it is what. */
const aside = new Set([
  'Shape',
  'Size',
  'IsNaN',
  'IsInf',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
  'ArgMax',
  'ArgMin',
  'NonZero',
]);

export const carriesSignal = (node: ImportedNode): boolean => !aside.has(node.op);

/**
 * The scale and zero point that numbers are quantised with go beside them: a second way around, that would hide
 * products.
 */
const signalOutputs = (node: ImportedNode): readonly string[] =>
  node.op === 'DynamicQuantizeLinear' ? node.outputs.slice(0, 1) : node.outputs;

/** The nearest value that all ways from the recording to a and to b lead through. */
function nearestCommon(signal: Signal, a: string, b: string): string {
  while (a !== b) {
    const deeper = signal.get(a)!.depth >= signal.get(b)!.depth;
    if (deeper) a = signal.get(a)!.dominator;
    else b = signal.get(b)!.dominator;
  }
  return a;
}

/**
 * A conformer's block (Gulati et al. 2020) begins with half a feed-forward step, x + ½ f(x), before its attention: x is
 * the hidden layer.
 */
function belowHalfStep(model: ImportedModel, signal: Signal, name: string): string {
  const sum = model.makers.get(name);
  const { dominator } = signal.get(name)!;
  if (sum?.op !== 'Add' || !sum.inputs.includes(dominator)) return name;
  const branch = model.makers.get(sum.inputs.find((input) => input !== dominator) ?? '');
  const halved = branch?.op === 'Mul' && branch.inputs.some((input) => isHalf(model, input));
  return halved ? dominator : name;
}

function isHalf(model: ImportedModel, name: string): boolean {
  const tensor = model.tensors.get(name);
  return tensor?.type === 'float32' && tensor.dims.every((d) => d === 1) && tensor.read()[0] === 0.5;
}

const fused = new Set([
  'Attention',
  'MultiHeadAttention',
  'PackedAttention',
  'PackedMultiHeadAttention',
  'GroupQueryAttention',
  'QAttention',
]);

/** A softmax over a product of two parts of the signal: of queries and keys. */
function isAttention(model: ImportedModel, node: ImportedNode, signal: Signal): boolean {
  if (fused.has(node.op)) return true;
  return node.op === 'Softmax' && scoresOf(model, node.inputs[0]!, signal);
}

/** Operators that scores may pass through on their way to the softmax. */
const between = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Where',
  'Cast',
  'Reshape',
  'Transpose',
  'Unsqueeze',
  'Squeeze',
  'Identity',
  'Max',
  'Min',
  'Clip',
]);

function scoresOf(model: ImportedModel, name: string, signal: Signal): boolean {
  const node = model.makers.get(name);
  if (!node || !signal.has(name)) return false;
  if (products.has(node.op)) return node.inputs.filter((input) => signal.has(input)).length >= 2;
  return between.has(node.op) && node.inputs.some((input) => scoresOf(model, input, signal));
}

const products = new Set([
  'MatMul',
  'Gemm',
  'Einsum',
  'FusedMatMul',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'MatMulNBits',
]);
const convolutions = new Set(['Conv', 'ConvInteger']);
const rounding = new Set(['DynamicQuantizeLinear', 'QuantizeLinear', 'DequantizeLinear']);

/**
 * The last block's result: the last value on the way to the end that everything passes through, before a matrix product
 * that everything passes through (a CTC head, an adapter). Inside a block, residuals lead past each product.
 */
function lastLayer(model: ImportedModel, signal: Signal, from: string, end: string): string {
  const way: string[] = [];
  for (let name = end; name !== from; name = signal.get(name)!.dominator) way.unshift(name);
  const operator = (name: string): string => model.makers.get(name)!.op;
  const head = way.findIndex((name) => products.has(operator(name)) || convolutions.has(operator(name)));
  const before = head === -1 ? way : way.slice(0, head);
  // One that the model gives out is meant so, though a head behind it may normalise it once more.
  const given = new Map(
    model.outputs.map((name) => [operator(name) === 'Identity' ? model.makers.get(name)!.inputs[0]! : name, name]),
  );
  const meant = before.findLast((name) => given.has(name));
  return (meant === undefined ? before.findLast((name) => !rounding.has(operator(name))) : given.get(meant)) ?? end;
}
