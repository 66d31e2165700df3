import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { InputError } from '../../support/errors.ts';
import { toFloat16 } from '../../support/float16.ts';
import { decodeModel } from './decode.ts';

/**
 * An .onnx file with other numbers in some of its tensors, as wide as they were.
 * @param weights tensor's name → its numbers
 * @throws InputError when a tensor is none of the file's initialisers
 */
export function withWeights(bytes: Uint8Array, weights: ReadonlyMap<string, Float32Array>): Uint8Array {
  const model = decodeModel(bytes);
  const stored = new Map([
    ...(model.graph?.initializer ?? []).map((tensor) => [tensor.name, tensor] as const),
    // Some exporters write weights as nodes.
    ...(model.graph?.node ?? []).flatMap((node) => {
      const tensor = node.opType === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;
      return tensor ? [[node.output[0]!, tensor] as const] : [];
    }),
  ]);
  // What is only widened before use goes by the name of the wide numbers, too.
  for (const { opType, input, output } of model.graph?.node ?? [])
    if (opType === 'Cast' && stored.has(input[0]!)) stored.set(output[0]!, stored.get(input[0]!)!);
  for (const [name, data] of weights) {
    const tensor = stored.get(name);
    if (!tensor)
      throw new InputError(
        `the encoder's file has no tensor ${name}`,
        'Export it again, with its weights as initialisers.',
      );
    const half = tensor.dataType === Number(TensorProto_DataType.FLOAT16);
    const numbers = half ? toFloat16(data) : data;
    Object.assign(tensor, {
      rawData: new Uint8Array(numbers.buffer.slice(numbers.byteOffset, numbers.byteOffset + numbers.byteLength)),
      floatData: [],
      int32Data: [],
      externalData: [],
      ...(half ? {} : { dataType: TensorProto_DataType.FLOAT }),
      dataLocation: TensorProto_DataLocation.DEFAULT,
    });
  }
  return toBinary(ModelProtoSchema, model);
}
