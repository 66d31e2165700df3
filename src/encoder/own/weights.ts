import { TensorProto_DataType } from 'onnx-buf';
import { decodeModel } from '../../onnx/file/decode.ts';
import type { Weights } from '../../onnx/training/engine.ts';
import { fromFloat16 } from '../../support/float16.ts';

const HALF = /\.half$/;
/** Whether a tensor that isogloss wrote belongs to the graph: nothing that was learnt. */
export const isConstant = (name: string): boolean => /^(scalar|constant)(_|$)/.test(name);

/** The trained numbers of an .onnx file that isogloss wrote, by their parameters' names; float16 ones widened. */
export function readWeights(bytes: Uint8Array): Weights {
  const { weights, halves } = readStoredWeights(bytes);
  // A copy of it alone: slice() of a Buffer is no copy, but a look into all of its file.
  for (const [name, raw] of halves) weights.set(name, fromFloat16(new Uint16Array(Uint8Array.from(raw).buffer)));
  return weights;
}

/** The same as they lie there: of those in float16 the bytes, which are not copied. */
export function readStoredWeights(bytes: Uint8Array): {
  weights: Weights;
  halves: Map<string, Uint8Array<ArrayBuffer>>;
} {
  const weights: Weights = new Map();
  const halves = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { name, dataType, rawData } of decodeModel(bytes).graph.initializer) {
    if (isConstant(name)) continue;
    if (dataType === Number(TensorProto_DataType.FLOAT16)) halves.set(name.replace(HALF, ''), rawData);
    // A copy: numbers must start at a multiple of their size.
    else if (dataType === Number(TensorProto_DataType.FLOAT))
      weights.set(name, new Float32Array(Uint8Array.from(rawData).buffer));
  }
  return { weights, halves };
}
