import * as ort from 'onnxruntime-node';
import { availableParallelism } from 'node:os';

export interface SessionOptions {
  device?: 'cpu';
  /** Threads inside an operator; the machine's processors by default. */
  threads?: number;
  /** Give memory back after every operator, for runs with large batches of many shapes: see docs/decisions/0014. */
  returnsMemory?: boolean;
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
    ...(options.returnsMemory ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
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
