import path from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import { pruned } from '../../onnx/file/merge.ts';
import { addMatrices, integerProduct, quantise, SMALLEST, type Quantised } from '../../onnx/file/quantise.ts';
import { InputError } from '../../support/errors.ts';
import { readNumbers } from './numbers.ts';
import { withFile } from './bytes-of-file.ts';
import { sizeOf, type StoredTensor, type StoredType } from './stored-tensor.ts';

/** The most that a file of ONNX's holds. */
const MOST_BYTES = 2 ** 31 - 1;

/** How ONNX calls what safetensors calls so. */
const STORED_AS = new Map<number, StoredType>([
  [TensorProto_DataType.DOUBLE, 'F64'],
  [TensorProto_DataType.FLOAT, 'F32'],
  [TensorProto_DataType.FLOAT16, 'F16'],
  [TensorProto_DataType.BFLOAT16, 'BF16'],
]);

/**
 * The model of a checkpoint with its linear layers in 8 bits ("dynamic quantisation", as `quantised` does it), and all
 * else inside it as it is: a quarter of the weights, which are read here matrix by matrix. It stands alone.
 * @param bytes of its model, whose weights lie in a file of this folder
 * @param exact layers by the names of their weights that stay as they are
 * @throws InputError when even so it is more than an .onnx file can hold
 */
export async function inEightBits(bytes: Uint8Array, folder: string, exact: RegExp): Promise<Uint8Array> {
  const model = decodeModel(bytes);
  const { graph } = model;
  const weights = weightsOf(graph, folder);
  const matrices = new Map<string, Quantised>();
  const inputs = new Set<string>();
  const nodes: NodeProto[] = [];
  for (const product of graph.node) {
    const weight = product.opType === 'Gemm' ? product.input[1]! : '';
    const stored = exact.test(weight) ? undefined : weights.get(weight);
    if (!stored || stored.dims.length !== 2 || sizeOf(stored.dims) < SMALLEST) {
      nodes.push(product);
      continue;
    }
    const [columns, rows] = stored.dims as [number, number];
    if (!matrices.has(weight)) matrices.set(weight, quantise(weight, await readNumbers(stored), [rows, columns], true));
    nodes.push(...integerProduct(product, inputs));
  }
  graph.node = nodes;
  pruned(graph);
  for (const tensor of graph.initializer) if (isOutside(tensor)) await takeIn(tensor, folder);
  addMatrices(graph, matrices.values());
  const total = graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (total > MOST_BYTES)
    throw new InputError(
      `in 8 bits this encoder would still be ${(total / 1e9).toFixed(1)} GB, and an .onnx file holds 2`,
      'Remove `encoder.dtype`.',
    );
  return toBinary(ModelProtoSchema, model);
}

const isOutside = ({ dataLocation }: TensorProto): boolean => dataLocation === TensorProto_DataLocation.EXTERNAL;

/** Where the numbers of weights lie, by the names that nodes read, widened ones too. */
function weightsOf(graph: GraphProto, folder: string): Map<string, StoredTensor> {
  const stored = new Map(graph.initializer.filter(isOutside).map((tensor) => [tensor.name, placeOf(tensor, folder)]));
  const widened = graph.node.flatMap(({ opType, input, output }) => {
    const tensor = opType === 'Cast' ? stored.get(input[0]!) : undefined;
    return tensor ? [[output[0]!, tensor] as const] : [];
  });
  return new Map([...stored, ...widened]);
}

function placeOf({ dims, dataType, externalData }: TensorProto, folder: string): StoredTensor {
  const said = (key: string): string => externalData.find((entry) => entry.key === key)!.value;
  return {
    file: path.join(folder, said('location')),
    offset: Number(said('offset')),
    bytes: Number(said('length')),
    type: STORED_AS.get(dataType)!,
    dims: dims.map(Number),
  };
}

async function takeIn(tensor: TensorProto, folder: string): Promise<void> {
  const { file, offset, bytes } = placeOf(tensor, folder);
  tensor.rawData = Uint8Array.from(await withFile(file, (content) => content.read(offset, bytes)));
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  tensor.externalData = [];
}
