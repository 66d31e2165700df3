import type { Weights } from '../../onnx/training/engine.ts';
import { intsOf } from '../../onnx/graph/attributes.ts';
import type { Value } from '../../onnx/graph/graph.ts';
import { importModel, type ImportedModel } from '../../onnx/file/import.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { addOutputs, onlyOutputs } from '../../onnx/file/outputs.ts';
import { InputError } from '../../support/errors.ts';
import { findHiddenLayers, type HiddenLayers } from './hidden-layers.ts';
import { hearsFrames, measureSizes } from './sizes.ts';
import { isFixed } from './fixed-tensors.ts';
import { madeOf, parameterName, tensorName, type UpperLayers } from './upper-plan.ts';
import { UpperBuilder } from './upper.ts';

/** The bytes of an .onnx file with a value inside it, by name, as one more output. Nothing is decoded. */
export function exposeLayer(bytes: Uint8Array, tensorName: string): Uint8Array {
  return addOutputs(bytes, [tensorName]);
}

/**
 * The bytes of an .onnx file whose only output is this value: ONNX Runtime leaves out the layers above when it loads
 * it.
 */
export function lowerPart(bytes: Uint8Array, tensorName: string): Uint8Array {
  return onlyOutputs(bytes, [tensorName]);
}

/** The layers of an encoder above the cut, ready to be trained. */
export interface Upper {
  /** The encoder's hidden layers by the names of their values; the one at the cut is what the features are. */
  readonly hidden: HiddenLayers;
  /** Numbers a frame. */
  readonly dims: number;
  /** Parameter → its pretrained values. */
  readonly weights: Weights;
  /** The number of the hidden layer that a parameter works for: cut + 1 … top. */
  layerOf(parameter: string): number;
  /**
   * Appends the layers to a network, with their weights as its parameters.
   * @param hidden [batch, frames, dims], the hidden layer at the cut
   * @param mask [batch, frames], 1 where there is sound; all is sound by default
   * @param dropout of what each residual branch gives, while training
   * @returns the hidden layers cut + 1 … top, each [batch, frames, dims]
   */
  build(network: Network, hidden: Value, mask?: Value, dropout?: number): Value[];
}

/** A whole encoder, ready to be trained from the sound. */
export interface Whole extends Omit<Upper, 'build'> {
  /** Whether a parameter belongs to the strided convolutions. */
  isConvolution(parameter: string): boolean;
  /**
   * @param audio [batch, samples], padded to `paddedSamples` of the frames
   * @param mask [batch, frames], 1 where there is sound
   * @returns all hidden layers, each [batch, frames, dims]
   */
  build(network: Network, audio: Value, mask: Value, dropout?: number): Value[];
}

/**
 * Opens the layers of an encoder above a cut for training: any encoder of the Wav2Vec2 family that `findHiddenLayers`
 * knows, of any exporter, in float32 or float16.
 *
 * How padding is kept out. Where the graph takes a mask (of samples, as Hugging Face's `attention_mask`, or of frames,
 * as ours), everything that was made of the mask of frames is kept, and `mask` takes its place. Where it takes none,
 * the same is put into each attention that such graphs do: nothing attends to padding.
 *
 * The model is run a few times on noise of several lengths, to see the sizes of what is inside it and to be rid of the
 * exporters' shape arithmetic: what is the same each time becomes a constant, a size that follows from batch and frames
 * becomes that. Weights below the cut that layers above it read (WavLM's relative positions) stay as they are.
 * @param options.folder where the model's external data lies, if it has any
 * @throws InputError when the model has no such encoder, was exported for one size only, or has an operator above the
 * cut that can't be trained through; it names the operator
 */
export async function openUpper(bytes: Uint8Array, cut: number, options: { folder?: string } = {}): Promise<Upper> {
  const model = importModel(bytes, options.folder);
  const hidden = findHiddenLayers(model);
  const top = hidden.layers.length - 1;
  if (!Number.isInteger(cut) || cut < 0 || cut >= top)
    throw new InputError(
      `this encoder can't be cut at layer ${cut}`,
      `It has the layers 0 to ${top}: cut it between 0 and ${top - 1}.`,
    );
  return opened(bytes, model, hidden, hidden.layers[cut]!, cut + 1, options.folder);
}

/**
 * Opens an encoder for training from the sound up, convolutions and all; what `openUpper` says of exporters, masks and
 * sizes holds.
 * @throws InputError as `openUpper` does
 */
export async function openWhole(bytes: Uint8Array, options: { folder?: string } = {}): Promise<Whole> {
  const model = importModel(bytes, options.folder);
  const hidden = findHiddenLayers(model);
  const strided = model.nodes
    .filter(({ op, attributes }) => op === 'Conv' && intsOf(attributes, 'strides', [1]).some((stride) => stride > 1))
    .at(-1);
  const convolutions = strided
    ? madeOf(model, strided.outputs, (name) => name === hidden.audio).tensors
    : new Set<string>();
  return {
    ...(await opened(bytes, model, hidden, hidden.audio, 0, options.folder)),
    isConvolution: (parameter) => convolutions.has(tensorName(parameter)),
  };
}

/** @throws InputError as `openWhole` does, where it is seen without reading weights and building anything */
export function refuseWhole(bytes: Uint8Array, folder?: string): void {
  const model = importModel(bytes, folder);
  const hidden = findHiddenLayers(model);
  refuseFrozen(model, hidden, between(model, hidden, hidden.audio, 0), hidden.audio);
}

async function opened(
  bytes: Uint8Array,
  model: ImportedModel,
  hidden: HiddenLayers,
  start: string,
  lowest: number,
  folder?: string,
): Promise<Upper> {
  const layerOfTensor = layersOfTensors(model, hidden);
  const part = between(model, hidden, start, lowest);
  refuseFrozen(model, hidden, part, start);
  const sizes = await measureSizes(bytes, model, hidden, Math.max(0, lowest - 1), part, folder);
  const trained = [...part.tensors].filter((name) => {
    const tensor = model.tensors.get(name)!;
    return (
      tensor.type === 'float32' &&
      tensor.dims.reduce((a, d) => a * d, 1) > 1 &&
      !isFixed(name) &&
      (layerOfTensor.get(name) ?? 0) >= lowest
    );
  });
  const parameters = new Map(trained.map((name) => [parameterName(name), name]));
  return {
    hidden,
    dims: sizes.dims,
    weights: new Map(
      [...parameters].map(([parameter, name]) => [parameter, model.tensors.get(name)!.read() as Float32Array]),
    ),
    layerOf: (parameter) => layerOfTensor.get(parameters.get(parameter) ?? '') ?? 0,
    build: (network, input, mask, dropout) =>
      new UpperBuilder(
        { model, hidden, start, lowest, part, sizes, trained: new Set(trained) },
        network,
        input,
        mask,
        dropout,
      ).layers(),
  };
}

const quantising = new Set([
  'DynamicQuantizeLinear',
  'QuantizeLinear',
  'DequantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  'MatMulNBits',
  'QLinearMatMul',
  'QLinearConv',
  'DynamicQuantizeMatMul',
  'MatMulIntegerToFloat',
  'MatMulBnb4',
]);

/** @throws InputError for what can serve as it is, but not learn */
function refuseFrozen(model: ImportedModel, hidden: HiddenLayers, part: UpperLayers, start: string): void {
  const advice = 'Train a head on it as it is: `train: head`.';
  const { dims } = model.inputs.find((input) => input.name === hidden.audio)!;
  if (dims.length > 2 && !hearsFrames(dims))
    throw new InputError('this encoder hears spectrograms: its layers can’t be trained', advice);
  if (dims.length > 2 && start === hidden.audio)
    throw new InputError(
      'this encoder hears a filter bank, which learns nothing: only its blocks can be trained',
      `Train those: \`train: { top: ${hidden.layers.length - 1} }\`, or fewer.`,
    );
  const quantised = model.nodes.find(
    (node) => quantising.has(node.op) && node.outputs.some((name) => part.values.has(name)),
  );
  if (quantised) throw quantisedCannotLearn(quantised.op, 'Take its float32 file (`encoder.dtype: fp32`)');
}

export const quantisedCannotLearn = (op: string, instead: string): InputError =>
  new InputError(
    `this encoder’s layers are quantised (${op}): rounded weights can’t learn`,
    `${instead}, or train a head on it as it is: \`train: head\`.`,
  );

/** Stored tensor → the lowest hidden layer, from 1, that it works for. */
function layersOfTensors(model: ImportedModel, hidden: HiddenLayers): Map<string, number> {
  const layers = new Map<string, number>();
  for (let i = 1; i < hidden.layers.length; i++) {
    const { tensors } = madeOf(model, [hidden.layers[i]!], (name) => name === hidden.layers[i - 1]);
    for (const name of tensors) if (!layers.has(name)) layers.set(name, i);
  }
  return layers;
}

function between(model: ImportedModel, hidden: HiddenLayers, start: string, lowest: number): UpperLayers {
  const { values, tensors } = madeOf(model, hidden.layers.slice(lowest), (name) => name === start);
  return {
    values,
    tensors,
    signal: reachedFrom(model, start, values),
    masked: hidden.mask === undefined ? new Set() : reachedFrom(model, hidden.mask, values),
  };
}

/** Of these values, those that depend on the source by more than its shape. */
function reachedFrom(model: ImportedModel, source: string, values: ReadonlySet<string>): Set<string> {
  const reached = new Set([source]);
  for (const node of model.nodes)
    if (node.op !== 'Shape' && node.op !== 'Size' && node.inputs.some((name) => reached.has(name)))
      for (const name of node.outputs) if (values.has(name)) reached.add(name);
  return reached;
}
