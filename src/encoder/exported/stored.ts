import { TensorProto_DataType } from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import type { ImportedModel, Tensor } from '../../onnx/file/import.ts';
import { isOwn } from '../own/encoder.ts';
import { isConstant } from '../own/weights.ts';
import { madeOf } from './upper-plan.ts';

/** Weights of one type of number. */
export interface StoredAs {
  tensors: number;
  numbers: number;
}

/** What an encoder's layers have stored. Only the descriptions of tensors are looked at, never their numbers. */
export interface Stored {
  /** Of all layers; scales of quantised weights are none. */
  parameters: number;
  /** Type of number → how many. */
  weights: Record<string, StoredAs>;
  /** Learnt numbers above a hidden layer, up to the top. */
  above(layer: number): number;
}

/** @param layers names of the hidden layers' values, lowest first */
export function storedIn(bytes: Uint8Array, model: ImportedModel, layers: readonly string[]): Stored {
  const learnt = learntTensors(bytes, model);
  const top = layers.at(-1)!;
  const of = (stop: (name: string) => boolean): Learnt[] =>
    [...new Set([...madeOf(model, [top], stop).tensors].map((name) => model.tensors.get(name)!))].flatMap(
      (tensor) => learnt.get(tensor) ?? [],
    );
  const all = of(() => false);
  const weights: Record<string, StoredAs> = {};
  for (const { type, numbers } of all) {
    const sofar = (weights[type] ??= { tensors: 0, numbers: 0 });
    sofar.tensors++;
    sofar.numbers += numbers;
  }
  return { parameters: count(all), weights, above: (layer) => count(of((name) => name === layers[layer])) };
}

const count = (tensors: readonly Learnt[]): number => tensors.reduce((sum, { numbers }) => sum + numbers, 0);

interface Learnt {
  type: string;
  numbers: number;
}

const FLOATS = new Set(['FLOAT', 'FLOAT16', 'BFLOAT16', 'DOUBLE']);
const SMALL = new Set(['INT8', 'UINT8', 'INT4', 'UINT4']);

/** Stored numbers that were learnt: no single ones, no whole numbers but rounded weights, no scales. */
function learntTensors(bytes: Uint8Array, model: ImportedModel): Map<Tensor, Learnt> {
  const { scales, packed } = roles(model);
  const learnt = new Map<Tensor, Learnt>();
  const own = isOwn(bytes);
  for (const { name, dims, dataType } of decodeModel(bytes).graph.initializer) {
    const type = TensorProto_DataType[dataType] ?? String(dataType);
    const isLearnt =
      (FLOATS.has(type) && dims.length > 0 && !scales.has(name)) ||
      (SMALL.has(type) && dims.length > 1 && !scales.has(name));
    if (!isLearnt || (own && isConstant(name))) continue;
    const bits = packed.get(name);
    const numbers = dims.reduce((a, d) => a * Number(d), 1) * (bits === undefined ? 1 : 8 / bits);
    learnt.set(model.tensors.get(name)!, { type: bits === undefined ? shown(type) : `int${bits}`, numbers });
  }
  return learnt;
}

const shown = (type: string): string =>
  type === 'FLOAT' ? 'float32' : type === 'DOUBLE' ? 'float64' : type.toLowerCase();

/** Tensors that say how others are rounded, and those that hold several numbers a byte. */
function roles(model: ImportedModel): { scales: Set<string>; packed: Map<string, number> } {
  const scales = new Set<string>();
  const packed = new Map<string, number>();
  // What the scale of a rounded input is multiplied with is the scale of rounded weights.
  const ofInputs = new Set(
    model.nodes.flatMap(({ op, outputs }) => (op === 'DynamicQuantizeLinear' ? outputs.slice(1, 2) : [])),
  );
  for (const { op, inputs, attributes } of model.nodes) {
    if (op === 'Mul' && inputs.some((name) => ofInputs.has(name))) for (const name of inputs) scales.add(name);
    if (op === 'DequantizeLinear' || op === 'QuantizeLinear') for (const name of inputs.slice(1)) scales.add(name);
    if (op !== 'MatMulNBits') continue;
    for (const name of inputs.slice(2)) scales.add(name);
    const { bits } = attributes;
    packed.set(inputs[1]!, bits !== undefined && 'int' in bits ? bits.int : 4);
  }
  return { scales, packed };
}
