import * as ort from './ort.ts';
import { InputError, messageOf } from '../../support/errors.ts';
import { Graph } from '../graph/graph.ts';
import { matmul } from '../graph/ops.ts';
import { encodeModel } from '../file/proto.ts';
import { DEVICES, type Device } from './device-names.ts';
import {
  installCommand,
  isInstalled,
  missingLibraries,
  whereFrom,
  type SeparateProvider,
} from './provider-libraries.ts';

/** The providers that this platform's ONNX Runtime knows, whether they can be loaded or not. */
export const providers = (): Device[] => {
  const names = ort.listSupportedBackends().map(({ name }) => name);
  return DEVICES.filter((device) => names.includes(device));
};

/**
 * Makes sure that a device can be had.
 * @throws InputError saying what is missing, and how to get it
 */
export async function mustRun(device: Device): Promise<void> {
  if (device === 'cpu') return;
  if (!providers().includes(device))
    throw new InputError(
      `ONNX Runtime has no ${device} on ${process.platform}-${process.arch}, only ${providers().join(', ')}`,
      'Choose one of them, or auto.',
    );
  if (device === 'cuda' || device === 'tensorrt') await mustBeWhole(device);
  const refusal = await tryDevice(device);
  if (refusal !== undefined)
    throw new InputError(
      `${device} can’t be used: ${refusal}`,
      'isogloss doctor shows what is missing; --device cpu always works.',
    );
}

async function mustBeWhole(provider: SeparateProvider): Promise<void> {
  if (!isInstalled(provider))
    throw new InputError(`ONNX Runtime’s ${provider} provider is not installed`, `Install it: ${installCommand()}`);
  const missing = await missingLibraries(provider);
  if (missing.length > 0) throw new InputError(`${provider} lacks ${missing.join(', ')}`, whereFrom(missing));
}

/** How ONNX Runtime is told of a device. What a provider can't do goes to the next, and at last to the CPU. */
export function providersFor(device: Device): string[] {
  return device === 'tensorrt' ? ['tensorrt', 'cuda'] : [device];
}

/**
 * Multiplies a small matrix on a device, in a session of its own, and convolves it: on CUDA that is another library.
 * @returns why it can't, if it can't
 */
export async function tryDevice(device: Device): Promise<string | undefined> {
  if (!providers().includes(device)) return `ONNX Runtime has none on ${process.platform}-${process.arch}`;
  const g = new Graph();
  const convolved = g.node(
    'Conv',
    [g.input('x', [1, 4, 8]), g.constant(new Float32Array(48).fill(1), [4, 4, 3], 'kernel')],
    { pads: { ints: [1, 1] } },
    'Conv',
    [1, 4, 8],
  );
  g.output(matmul(g, convolved, g.constant(new Float32Array(64).fill(1), [8, 8])), 'y');
  try {
    const session = await ort.InferenceSession.create(encodeModel(g), {
      executionProviders: providersFor(device),
      logSeverityLevel: 4,
      // Else it might be the CPU that did it.
      ...(device === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
    });
    const { y } = await session.run({ x: new ort.Tensor('float32', new Float32Array(32).fill(1), [1, 4, 8]) });
    await session.release();
    // Each sum of 4 × 3 ones, less a third at the ends, times 8.
    return (y!.data as Float32Array)[0] === 88 ? undefined : 'it multiplies wrongly';
  } catch (error) {
    return reasonIn(messageOf(error));
  }
}

/** ONNX Runtime's words without its source files and templates. */
export function reasonIn(message: string): string {
  const cuda = /CUDA failure \d+: ([^;]+)/.exec(message)?.[1];
  const adapter = /Failed to get a WebGPU adapter: ([^\n]+)/.exec(message)?.[0];
  return (cuda ?? adapter ?? message.split('\n')[0]!).trim();
}
