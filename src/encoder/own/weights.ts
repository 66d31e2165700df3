import { TensorProto_DataType } from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import type { Weights } from '../../onnx/training/engine.ts';
import { fromFloat16 } from '../../support/float16.ts';

const HALF = /\.half$/;
/** Whether a tensor that isogloss wrote belongs to the graph: nothing that was learnt. */
export const isConstant = (name: string): boolean => /^(scalar|constant)(_|$)/.test(name);

/** The trained numbers of an .onnx file that isogloss wrote, by their parameters' names; float16 ones widened. */
export function readWeights(bytes: Uint8Array): Weights {
  const weights: Weights = new Map();
  for (const tensor of decodeModel(bytes).graph.initializer) {
    if (isConstant(tensor.name)) continue;
    // A copy: numbers must start at a multiple of their size.
    const raw = Uint8Array.from(tensor.rawData).buffer;
    if (tensor.dataType === Number(TensorProto_DataType.FLOAT16))
      weights.set(tensor.name.replace(HALF, ''), fromFloat16(new Uint16Array(raw)));
    else if (tensor.dataType === Number(TensorProto_DataType.FLOAT)) weights.set(tensor.name, new Float32Array(raw));
  }
  return weights;
}
