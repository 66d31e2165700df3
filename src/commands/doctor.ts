import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { DEVICES } from '../cli/flags.ts';
import { diagnoseMachine, type MachineDiagnosis } from '../doctor/index.ts';

const MARKS = { good: '✓', missing: '✗', note: '·' } as const;

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

  async run(): Promise<MachineDiagnosis> {
    const { flags } = await this.parse(Doctor);
    const diagnosis = await diagnoseMachine(flags);
    const { findings } = diagnosis;
    for (const { state, what, value } of findings) this.log(`${MARKS[state]} ${what.padEnd(18)} ${value}`);
    const todo = findings.filter((finding) => finding.next !== undefined);
    if (todo.length > 0)
      this.log(`\n${todo.map(({ what, value, next }) => `${what}: ${value}\n  → ${next!}`).join('\n')}`);
    if (findings.some((finding) => finding.state === 'missing')) process.exitCode = 1;
    return diagnosis;
  }
}
