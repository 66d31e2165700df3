import { BaseCommand } from '../cli/base-command.ts';
import { diagnose, type Finding } from '../cli/diagnose.ts';

const MARKS = { good: '✓', missing: '✗', note: '·' } as const;

export default class Doctor extends BaseCommand {
  static override summary = 'Find out what this machine has and what is missing.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<Finding[]> {
    await this.parse(Doctor);
    const findings = await diagnose();
    for (const { state, what, value, next } of findings) this.log(`${MARKS[state]} ${what.padEnd(18)} ${value}${next ? `\n  → ${next}` : ''}`);
    if (findings.some((finding) => finding.state === 'missing')) process.exitCode = 1;
    return findings;
  }
}
