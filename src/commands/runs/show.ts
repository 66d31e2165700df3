import { Args } from '@oclif/core';
import { stringify } from 'yaml';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns, interval, megabytes, percent } from '../../cli/format.ts';
import { showRun, type ShownRun } from '../../run/index.ts';

export default class RunsShow extends BaseCommand {
  static override summary = 'What a run was made of, what it found, and what its folder holds.';
  static override examples = ['<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d'];
  static override args = { run: Args.string({ required: true, description: 'the folder of a run' }) };

  async run(): Promise<ShownRun> {
    const { args } = await this.parse(RunsShow);
    const shown = await showRun(args.run);
    const { summary, recipe, locked, metrics, findings, setAside, files } = shown;
    this.log(`${summary.folder}: ${summary.state}, ${summary.changed}\n`);
    if (metrics)
      this.log(
        `${columns([
          ['', 'CER', '', 'WER', ''],
          ...(['test', 'dev'] as const).map((part) => [
            part,
            percent(metrics[part].cer),
            interval(metrics[part].cer_ci95),
            percent(metrics[part].wer),
            interval(metrics[part].wer_ci95),
          ]),
        ])}\n`,
      );
    for (const { what, advice } of findings) this.log(`warning: ${what}\n  → ${advice}`);
    if (setAside > 0) this.log(`${setAside} set aside, listed in set-aside.jsonl\n`);
    this.log(stringify({ recipe, locked }));
    this.log(columns([['file', 'MB'], ...files.map(({ name, bytes }) => [name, megabytes(bytes)])]));
    return shown;
  }
}
