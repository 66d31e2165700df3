import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { InputError } from '../../support/errors.ts';
import { usableCores } from '../../support/processors.ts';
import { mustRun, providers, tryDevice } from './device.ts';
import { DEVICES, type Device } from './device-names.ts';
import { isInstalled, missingLibraries } from './provider-libraries.ts';

/** What sessions run on. */
export interface Machine {
  device: Device;
  /** Threads inside an operator, on the CPU. */
  threads: number;
  /** Why it is the CPU, where something better is nearly there. */
  fallback?: string;
}

export interface MachineChoice {
  /**
   * `auto`, the default, is CUDA where it can be had, else the CPU. ISOGLOSS_DEVICE says it, where nothing else does.
   */
  device?: Device | 'auto' | undefined;
  /** The physical cores by default. ISOGLOSS_THREADS says it, where nothing else does. */
  threads?: number | undefined;
}

/** Of the work at hand: two can go on at once, on different machines. */
const atHand = new AsyncLocalStorage<Machine>();
let usual: Promise<Machine> | undefined;

/** What sessions run on that are opened here. */
export async function machine(): Promise<Machine> {
  return atHand.getStore() ?? (usual ??= choose({}));
}

/**
 * Does some work on a machine of its own choice: all sessions that it opens run there, as long as they are open.
 * @throws InputError when the device is asked for by name and can't be had: what is missing, and how to get it
 * @example await onMachine({ device: 'cuda' }, () => runRecipe('italian-10min'));
 */
export async function onMachine<T>(choice: MachineChoice, work: () => Promise<T>): Promise<T> {
  return atHand.run(await chooseMachine(choice), work);
}

/** What a choice comes to on this computer. @throws InputError as {@link onMachine} does */
export async function chooseMachine(choice: MachineChoice): Promise<Machine> {
  const { device, threads } = choice;
  if (device === undefined && threads === undefined) return atHand.getStore() ?? choose({});
  return choose({ device: device ?? atHand.getStore()?.device, threads: threads ?? atHand.getStore()?.threads });
}

async function choose(choice: MachineChoice): Promise<Machine> {
  const device = choice.device ?? deviceNamed(process.env.ISOGLOSS_DEVICE);
  const threads = choice.threads ?? threadsNamed(process.env.ISOGLOSS_THREADS) ?? usableCores();
  if (device === 'auto') return { ...(await bestDevice()), threads };
  await mustRun(device);
  return { device, threads };
}

function deviceNamed(name: string | undefined): Device | 'auto' {
  if (name === undefined || name === '') return 'auto';
  const device = (['auto', ...DEVICES] as const).find((known) => known === name);
  if (device === undefined)
    throw new InputError(`ISOGLOSS_DEVICE names ${name}, which is no device`, `Set it to auto, ${DEVICES.join(', ')}.`);
  return device;
}

function threadsNamed(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new InputError(`ISOGLOSS_THREADS is ${text}`, 'Set it to a whole number from 1 on.');
}

async function bestDevice(): Promise<Omit<Machine, 'threads'>> {
  if (!isInstalled('cuda'))
    return {
      device: 'cpu',
      ...(hasNvidiaDriver() && providers().includes('cuda')
        ? { fallback: 'there is an NVIDIA GPU, but ONNX Runtime’s CUDA provider is not installed' }
        : {}),
    };
  const missing = await missingLibraries('cuda');
  const refusal = missing.length > 0 ? `CUDA lacks ${missing.join(', ')}` : await tryDevice('cuda');
  return refusal === undefined ? { device: 'cuda' } : { device: 'cpu', fallback: refusal };
}

const hasNvidiaDriver = (): boolean => existsSync('/proc/driver/nvidia/version');
