import type { Device } from '../onnx/runtime/device-names.ts';
import { InputError, WorkError } from '../support/errors.ts';
import { adviceOn, deviceFindings, findGpus, findProviders, type Gpu, type Provider } from './devices.ts';
import type { MachineFinding } from './finding.ts';
import { compareProduct, PRODUCT_TOLERANCE, type ComparedProduct } from './matrix-product.ts';
import { examineParts } from './parts.ts';

export interface MachineDiagnosis {
  findings: MachineFinding[];
  providers: Provider[];
  gpus: Gpu[];
  product?: ComparedProduct;
}

export interface DiagnoseOptions {
  /** Multiplies matrices on it, too, and compares with the CPU. */
  device?: Device | undefined;
}

/**
 * Finds out what this machine has and what is missing. Every provider of ONNX Runtime is really tried, in a process of
 * its own.
 * @example
 * const { findings } = await diagnoseMachine();
 * console.log(findings.filter(({ state }) => state === 'missing'));
 */
export async function diagnoseMachine({ device }: DiagnoseOptions = {}): Promise<MachineDiagnosis> {
  const [providers, gpus] = [await findProviders(), await findGpus()];
  const compared = device && (await productFinding(device, providers));
  const findings = [...(await examineParts()), ...deviceFindings(providers, gpus)];
  if (compared) findings.push(compared.finding);
  return { findings, providers, gpus, product: compared?.product };
}

async function productFinding(
  device: Device,
  providers: readonly Provider[],
): Promise<{ finding: MachineFinding; product?: ComparedProduct }> {
  const what = `product on ${device}`;
  try {
    const product = await compareProduct(device);
    return { finding: { what, ...judged(product) }, product };
  } catch (error) {
    if (!(error instanceof InputError || error instanceof WorkError)) throw error;
    const provider = providers.find(({ name }) => name === device);
    const next = (provider && adviceOn(provider)) ?? error.next;
    return { finding: { state: 'missing', what, value: error.message, next } };
  }
}

function judged({ size, relative_error: error, milliseconds }: ComparedProduct): Omit<MachineFinding, 'what'> {
  const { cpu, device } = milliseconds;
  const speed = `${device.toFixed(1)} ms (CPU ${cpu.toFixed(1)} ms)`;
  const value = `${size} × ${size}: relative error ${error.toExponential(1)} against the CPU, ${speed}`;
  if (error <= PRODUCT_TOLERANCE) return { state: 'good', value };
  const next = 'It multiplies wrongly: update its driver, and use --device cpu meanwhile.';
  return { state: 'missing', value, next };
}
