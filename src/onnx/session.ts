import * as ort from 'onnxruntime-node';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fromFloat16 } from '../support/float16.ts';

export interface SessionOptions {
  device?: 'cpu';
  /** Threads inside an operator; the machine's processors by default. */
  threads?: number;
  /** Where the model's external data lies, if it is given as bytes and has any. */
  folder?: string | undefined;
}

export type Session = ort.InferenceSession;

/** Loads a model, from bytes or from a file. */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: [options.device ?? 'cpu'],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Warnings about folded constants are of no use to a linguist.
    logSeverityLevel: 3,
    ...(options.folder === undefined ? {} : { extra: { session: { model_external_initializers_file_folder_path: path.resolve(options.folder) } } }),
  };
  return typeof model === 'string' ? ort.InferenceSession.create(model, settings) : ort.InferenceSession.create(model, settings);
}

export function floats(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

export function floatData(tensor: ort.Tensor): Float32Array {
  if (!(tensor.data instanceof Float32Array)) throw new Error(`a float32 tensor is wanted, this is ${tensor.type}`);
  return tensor.data;
}

/** A tensor's numbers, float16 ones widened. */
export function asFloats(tensor: ort.Tensor): Float32Array {
  if (tensor.type !== 'float16') return floatData(tensor);
  const { buffer, byteOffset, byteLength } = tensor.data as Uint16Array;
  return fromFloat16(new Uint16Array(buffer, byteOffset, byteLength / 2));
}
