import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { examineMachine, type Finding } from '../cli/examine-machine.ts';
import { adviceOn, deviceFindings, findGpus, findProviders, type Gpu, type Provider } from '../cli/examine-devices.ts';
import { compareProduct, PRODUCT_TOLERANCE, type ComparedProduct } from '../cli/matrix-product.ts';
import { DEVICES, type Device } from '../onnx/runtime/device.ts';
import { InputError, WorkError } from '../support/errors.ts';

const MARKS = { good: '✓', missing: '✗', note: '·' } as const;

/** What `doctor --json` prints. */
export interface Diagnosis {
  findings: Finding[];
  providers: Provider[];
  gpus: Gpu[];
  product?: ComparedProduct;
}

export default class Doctor extends BaseCommand {
  static override summary = 'Find out what this machine has and what is missing.';
  static override description =
    'Every provider of ONNX Runtime is really tried. With --device, a matrix product on it is compared with the CPU’s.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --device cuda',
  ];
  static override flags = {
    device: Flags.option({ options: DEVICES, description: 'multiply matrices on it and compare with the CPU' })(),
  };

  async run(): Promise<Diagnosis> {
    const { flags } = await this.parse(Doctor);
    const [providers, gpus] = [await findProviders(), await findGpus()];
    const compared = flags.device === undefined ? undefined : await productFinding(flags.device, providers);
    const findings = [
      ...(await examineMachine()),
      ...deviceFindings(providers, gpus),
      ...(compared ? [compared.finding] : []),
    ];
    for (const { state, what, value } of findings) this.log(`${MARKS[state]} ${what.padEnd(18)} ${value}`);
    const todo = findings.filter((finding) => finding.next !== undefined);
    if (todo.length > 0)
      this.log(`\n${todo.map(({ what, value, next }) => `${what}: ${value}\n  → ${next!}`).join('\n')}`);
    if (findings.some((finding) => finding.state === 'missing')) process.exitCode = 1;
    return { findings, providers, gpus, ...(compared?.product ? { product: compared.product } : {}) };
  }
}

async function productFinding(
  device: Device,
  providers: readonly Provider[],
): Promise<{ finding: Finding; product?: ComparedProduct }> {
  const what = `product on ${device}`;
  try {
    const product = await compareProduct(device);
    const { size, relative_error: error, milliseconds } = product;
    const value = `${size} × ${size}: relative error ${error.toExponential(1)} against the CPU, ${milliseconds.device.toFixed(1)} ms (CPU ${milliseconds.cpu.toFixed(1)} ms)`;
    const finding: Finding =
      error <= PRODUCT_TOLERANCE
        ? { state: 'good', what, value }
        : {
            state: 'missing',
            what,
            value,
            next: 'It multiplies wrongly: update its driver, and use --device cpu meanwhile.',
          };
    return { finding, product };
  } catch (error) {
    if (!(error instanceof InputError || error instanceof WorkError)) throw error;
    const provider = providers.find(({ name }) => name === device);
    return {
      finding: { state: 'missing', what, value: error.message, next: (provider && adviceOn(provider)) ?? error.next },
    };
  }
}
