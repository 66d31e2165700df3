import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import { externalBytes, importModel } from '../../onnx/file/import.ts';
import { pruned } from '../../onnx/file/merge.ts';
import { addMatrices, integerProduct, quantise, SMALLEST, type Quantised } from '../../onnx/file/quantise.ts';
import { InputError } from '../../support/errors.ts';
import { sizeOf } from './stored-tensor.ts';

/** The most that a file of ONNX's holds. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The model of a checkpoint with its linear layers in 8 bits ("dynamic quantisation", as `quantised` does it), and all
 * else inside it as it is: a quarter of the weights, which are read here matrix by matrix. It stands alone.
 * @param bytes of its model, whose weights lie in a file of this folder
 * @param exact layers by the names of their weights that stay as they are
 * @throws InputError when even so it is more than an .onnx file can hold
 */
export function linearInEightBits(bytes: Uint8Array, folder: string, exact: RegExp): Uint8Array {
  const model = decodeModel(bytes);
  const { graph } = model;
  const { tensors } = importModel(bytes, folder);
  const matrices = new Map<string, Quantised>();
  const inputs = new Set<string>();
  graph.node = graph.node.flatMap((product) => {
    const weight = product.opType === 'Gemm' ? product.input[1]! : '';
    const stored = exact.test(weight) ? undefined : tensors.get(weight);
    if (!stored || stored.dims.length !== 2 || sizeOf(stored.dims) < SMALLEST) return [product];
    const [columns, rows] = stored.dims as [number, number];
    if (!matrices.has(weight))
      matrices.set(weight, quantise(weight, stored.read() as Float32Array, [rows, columns], true));
    return integerProduct(product, inputs);
  });
  pruned(graph);
  for (const tensor of graph.initializer) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    tensor.rawData = externalBytes(tensor, folder);
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  addMatrices(graph, matrices.values());
  const total = graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (total > MOST_BYTES)
    throw new InputError(
      `in 8 bits this encoder would still be ${(total / 1e9).toFixed(1)} GB, and an .onnx file holds 2`,
      'Remove `encoder.dtype`.',
    );
  return toBinary(ModelProtoSchema, model);
}
