import { clone, create } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { toFloat16 } from '../../support/float16.ts';
import { pruned } from './merge.ts';
import { sizeOf, node, bytesOf, floatsOf } from './tensor-data.ts';

/** ONNX's numbers for element types, as tensors hold them. */
const FLOAT: number = TensorProto_DataType.FLOAT;
const UINT8: number = TensorProto_DataType.UINT8;
const FLOAT16: number = TensorProto_DataType.FLOAT16;

/** Smaller tensors weigh nothing and stay exact. */
export const SMALLEST = 4096;

/**
 * The model with its matrices as float16, widened again when it is loaded: half the file, computed in float32.
 * Every number moves by at most 2⁻¹¹ of itself.
 */
export function halved(model: ModelProto): ModelProto {
  const result = clone(ModelProtoSchema, model);
  const graph = result.graph!;
  const casts: NodeProto[] = [];
  graph.initializer = graph.initializer.map((tensor) => {
    if (tensor.dataType !== FLOAT || sizeOf(tensor) < SMALLEST) return tensor;
    const name = `${tensor.name}.half`;
    casts.push(node('Cast', [name], tensor.name, { to: FLOAT }));
    return create(TensorProtoSchema, {
      name,
      dims: tensor.dims,
      dataType: FLOAT16,
      rawData: bytesOf(toFloat16(floatsOf(tensor))),
    });
  });
  graph.node.unshift(...casts);
  return result;
}

/**
 * The model with its products by constant matrices in 8 bits ("dynamic quantisation"): a scale a column for the
 * weights, known here; one a tensor for what they are multiplied with, found as it runs. Unsigned weights around 128,
 * because the sums of signed ones saturate on processors without VNNI.
 * @param exact weights by name that stay as they are
 */
export function quantised(model: ModelProto, exact: (weight: string) => boolean = () => false): ModelProto {
  const result = clone(ModelProtoSchema, model);
  const graph = result.graph!;
  const constants = constantsOf(graph.node, graph.initializer);
  const matrices = new Map<string, Quantised>();
  const inputs = new Set<string>();
  graph.node = graph.node.flatMap((product) => {
    const weight = product.input[1]!;
    const tensor = product.opType === 'MatMul' && !exact(weight) ? constants.get(weight) : undefined;
    if (tensor?.dims.length !== 2 || sizeOf(tensor) < SMALLEST) return [product];
    if (!matrices.has(weight)) matrices.set(weight, quantise(weight, floatsOf(tensor), sizesOf(tensor)));
    return integerProduct(product, inputs);
  });
  addMatrices(graph, matrices.values());
  pruned(graph);
  return result;
}

/** Puts matrices in 8 bits into a graph that has products with them. */
export function addMatrices(graph: GraphProto, matrices: Iterable<Quantised>): void {
  const found = [...matrices].flatMap(({ values, scales }) => [values, scales]);
  if (found.length === 0) return;
  const zero = create(TensorProtoSchema, { name: ZERO, dataType: UINT8, rawData: Uint8Array.of(128) });
  graph.initializer.push(...found, zero);
}

/** Whether a model rounds what it multiplies as it runs: by the largest number of all that is in a batch. */
export const isQuantised = (model: ModelProto): boolean =>
  model.graph!.node.some(({ opType }) => opType === 'DynamicQuantizeLinear');

const ZERO = 'quantised.zero';

const AT_ONCE = 64;

export interface Quantised {
  values: TensorProto;
  scales: TensorProto;
}

/**
 * [rows, columns] float32 → uint8, where 128 stands for 0 and 1 or 255 for a column's furthest number.
 * @param turned whether the numbers lie as [columns, rows], as PyTorch has them
 */
export function quantise(
  name: string,
  data: Float32Array,
  [rows, columns]: readonly [number, number],
  turned = false,
): Quantised {
  const [down, across] = turned ? [1, rows] : [columns, 1];
  const scales = new Float32Array(columns);
  const values = new Uint8Array(data.length);
  for (let column = 0; column < columns; column++) {
    let furthest = 0;
    for (let row = 0, at = column * across; row < rows; row++, at += down)
      furthest = Math.max(furthest, Math.abs(data[at]!));
    scales[column] = furthest > 0 ? furthest / 127 : 1;
  }
  // A few columns at a time: what is turned around is read and written within the processor's cache.
  for (let first = 0; first < columns; first += AT_ONCE)
    for (let row = 0; row < rows; row++)
      for (let column = first; column < Math.min(columns, first + AT_ONCE); column++)
        // Rounded to the nearest, as Math.round does it, at a third of the time.
        values[row * columns + column] = data[row * down + column * across]! / scales[column]! + 128.5;
  return {
    values: create(TensorProtoSchema, {
      name: `${name}.quantised`,
      dims: [BigInt(rows), BigInt(columns)],
      dataType: UINT8,
      rawData: values,
    }),
    scales: create(TensorProtoSchema, {
      name: `${name}.scales`,
      dims: [BigInt(columns)],
      dataType: FLOAT,
      rawData: bytesOf(scales),
    }),
  };
}

const sizesOf = ({ dims }: TensorProto): [number, number] => dims.map(Number) as [number, number];

/**
 * x · weight in integers, brought back to float32, with the bias of a `Gemm` added.
 * @param inputs that are already quantised: what several products read is so once
 */
export function integerProduct({ input, output }: NodeProto, inputs: Set<string>): NodeProto[] {
  const [x, weight, bias] = input as [string, string, string?];
  const [name] = output as [string];
  const before = inputs.has(x) ? [] : [quantiseInput(x)];
  inputs.add(x);
  const product = bias === undefined ? name : `${name}.product`;
  return [
    ...before,
    node('MatMulInteger', [`${x}.quantised`, `${weight}.quantised`, `${x}.zero`, ZERO], `${name}.integer`),
    node('Cast', [`${name}.integer`], `${name}.float`, { to: FLOAT }),
    node('Mul', [`${x}.scale`, `${weight}.scales`], `${name}.step`),
    node('Mul', [`${name}.float`, `${name}.step`], product),
    ...(bias === undefined ? [] : [node('Add', [product, bias], name)]),
  ];
}

function quantiseInput(x: string): NodeProto {
  const made = node('DynamicQuantizeLinear', [x], `${x}.quantised`);
  made.output.push(`${x}.scale`, `${x}.zero`);
  return made;
}

/** Constant float32 values by name, those stored as float16 and widened too. */
export function constantsOf(
  nodes: readonly NodeProto[],
  initializers: readonly TensorProto[],
): Map<string, TensorProto> {
  const stored = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const widened = nodes.flatMap((cast) => {
    const tensor = cast.opType === 'Cast' ? stored.get(cast.input[0]!) : undefined;
    return tensor?.dataType === FLOAT16 ? [[cast.output[0]!, tensor] as const] : [];
  });
  return new Map([...[...stored].filter(([, tensor]) => tensor.dataType === FLOAT), ...widened]);
}
