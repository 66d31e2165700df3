import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from '../onnx/runtime/ort.ts';
import { providers } from '../onnx/runtime/device.ts';
import type { Device } from '../onnx/runtime/device-names.ts';
import {
  installCommand,
  installFromPyPi,
  isInstalled,
  missingLibraries,
  whereFrom,
} from '../onnx/runtime/provider-libraries.ts';
import { versions } from '../support/versions.ts';
import type { MachineFinding } from './finding.ts';

/** One of ONNX Runtime's execution providers on this machine. */
export interface Provider {
  name: Device;
  /** Whether the npm package brings it. */
  bundled: boolean;
  /** Whether it has multiplied a matrix just now. */
  works: boolean;
  why?: string;
  /** Libraries that it asks for and the system doesn't find. */
  missing?: string[];
}

export interface Gpu {
  name: string;
  driver?: string;
  memory_mib?: number;
}

const PATIENCE_MS = 120_000;

/** Tries every provider, each in a process of its own. */
export async function findProviders(): Promise<Provider[]> {
  const found: Provider[] = [];
  for (const name of providers()) found.push(await findProvider(name));
  return found;
}

async function findProvider(name: Device): Promise<Provider> {
  const bundled = ort.listSupportedBackends().some((backend) => backend.name === name && backend.bundled);
  const separate = name === 'cuda' || name === 'tensorrt';
  if (separate && !isInstalled(name)) return { name, bundled, works: false, why: 'not installed' };
  const missing = separate ? await missingLibraries(name) : [];
  if (missing.length > 0) return { name, bundled, works: false, why: `lacks ${missing.join(', ')}`, missing };
  const why = await tryApart(name);
  return { name, bundled, works: why === undefined, ...(why === undefined ? {} : { why }) };
}

async function tryApart(device: Device): Promise<string | undefined> {
  const program = fileURLToPath(new URL(`./try-device${path.extname(import.meta.url)}`, import.meta.url));
  const { stdout, signal, timedOut, failed } = await execa(process.execPath, [...process.execArgv, program, device], {
    reject: false,
    timeout: PATIENCE_MS,
  });
  if (timedOut) return `it had not multiplied a small matrix after ${PATIENCE_MS / 1000} s`;
  if (failed) return `its process ended${signal === undefined ? '' : ` by ${signal}`}`;
  return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { refusal?: string }).refusal;
}

/** NVIDIA's GPUs, as their driver tells of them; others as Linux does. */
export async function findGpus(): Promise<Gpu[]> {
  const { stdout, failed } = await execa(
    'nvidia-smi',
    ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'],
    { reject: false },
  );
  if (!failed)
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [name, driver, memory] = line.split(', ') as [string, string, string];
        return { name, driver, memory_mib: Number(memory) };
      });
  const driver = /Kernel Module\s+(?:for \S+\s+)?(\S+)/.exec(
    await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => ''),
  )?.[1];
  return driver === undefined ? otherGpus() : [{ name: 'NVIDIA', driver }];
}

/** By their makers' numbers on the PCI bus. */
const MAKERS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

async function otherGpus(): Promise<Gpu[]> {
  const cards = await Promise.all(
    [0, 1, 2, 3].map((card) => readFile(`/sys/class/drm/card${card}/device/vendor`, 'utf8').catch(() => '')),
  );
  return cards.flatMap((vendor) => MAKERS[vendor.trim()] ?? []).map((name) => ({ name }));
}

/** What to say of the providers, and what to do where one could work and doesn't. */
export function deviceFindings(found: readonly Provider[], gpus: readonly Gpu[]): MachineFinding[] {
  const nvidia = gpus.some(({ driver, name }) => driver !== undefined || name === 'NVIDIA');
  const of = (provider: Provider): MachineFinding => {
    const what = `provider ${provider.name}`;
    if (provider.works) return { state: 'good', what, value: 'works' };
    const next = adviceOn(provider);
    const wanted = provider.name === 'cuda' ? nvidia || (provider.missing?.length ?? 0) > 0 : false;
    const value =
      provider.name === 'cuda' && !isInstalled('cuda')
        ? `not installed; for an NVIDIA GPU: ${installCommand()}`
        : provider.why!;
    return { state: 'note', what, value, ...(wanted && next !== undefined ? { next } : {}) };
  };
  const shown = gpus.map(({ name, driver, memory_mib: memory }) =>
    [name, ...(memory ? [`${(memory / 1024).toFixed(0)} GiB`] : []), ...(driver ? [`driver ${driver}`] : [])].join(
      ', ',
    ),
  );
  return [{ state: 'note', what: 'GPU', value: shown.join('; ') || 'none found' }, ...found.map(of)];
}

/** How a provider that doesn't work is made to. */
export function adviceOn({ name, works, missing }: Provider): string | undefined {
  if (works) return undefined;
  if (missing) return whereFrom(missing);
  if (name === 'cuda' || name === 'tensorrt') {
    if (!isInstalled(name))
      return `${installCommand()}\n    or, for CUDA 13: ${installFromPyPi(versions().onnxruntime)}`;
    return 'Look at what nvidia-smi says: the driver must be as new as the CUDA runtime wants it.';
  }
  return name === 'webgpu' && process.platform === 'linux'
    ? 'WebGPU wants a Vulkan driver: that of your GPU’s maker, or Mesa’s (apt-get install mesa-vulkan-drivers).'
    : undefined;
}
