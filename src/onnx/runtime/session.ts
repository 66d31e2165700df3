import * as ort from './ort.ts';
import path from 'node:path';
import { InputError, messageOf, WorkError } from '../../support/errors.ts';
import { fromFloat16 } from '../../support/float16.ts';
import { providersFor, reasonIn } from './device.ts';
import type { Device } from './device-names.ts';
import { machine } from './machine.ts';

export interface SessionOptions {
  /** That of the work at hand (`onMachine`), by default. */
  device?: Device;
  /** Threads inside an operator; those of the work at hand (`onMachine`), by default. */
  threads?: number;
  /** Where the model's external data lies, if it is given as bytes and has any. */
  folder?: string | undefined;
  /**
   * Where ONNX Runtime writes how long each operator took, when the session is released: the start of a file's name.
   */
  profile?: string;
  /** Give memory back after every operator, for runs with large batches of many shapes: see docs/decisions/0014. */
  returnsMemory?: boolean;
}

export type Session = ort.InferenceSession;

/**
 * Loads a model, from bytes or from a file.
 * @throws InputError when ONNX Runtime refuses it, WorkError when another device than the CPU can't run it, or memory
 * is short
 */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
  const { device, threads } = { ...(await machine()), ...options };
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: providersFor(device),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Warnings about folded constants are of no use to a linguist.
    logSeverityLevel: 3,
    // A second block for each shape that comes again, beside what the arena has already: decision 0014.
    enableMemPattern: device !== 'cpu',
    ...(options.returnsMemory ? { enableCpuMemArena: false } : {}),
    ...(options.profile ? { enableProfiling: true, profileFilePrefix: options.profile } : {}),
    extra: {
      session: {
        // Each session has threads of its own: idle ones that spin take the processor from the one at work (decision
        // 0010).
        intra_op: { spin_duration_us: '20' },
        ...(options.folder === undefined
          ? {}
          : { model_external_initializers_file_folder_path: path.resolve(options.folder) }),
      },
    },
  };
  try {
    return await (typeof model === 'string'
      ? ort.InferenceSession.create(model, settings)
      : ort.InferenceSession.create(model, settings));
  } catch (error) {
    const reason = reasonIn(messageOf(error));
    if (device !== 'cpu')
      throw new WorkError(`the model can't be loaded on ${device}: ${reason}`, 'Try it with --device cpu.', {}, error);
    if (/alloc/i.test(reason))
      throw new WorkError(
        `there is not enough memory to load the model: ${reason}`,
        'Close other programs.',
        {},
        error,
      );
    throw new InputError(`ONNX Runtime can't load the model: ${reason}`, 'Copy its files again.', {}, error);
  }
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
