import { Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns, megabytes, percent } from '../../cli/format.ts';
import { listRuns, writeRunsPage, type RunSummary } from '../../run/index.ts';

export default class RunsList extends BaseCommand {
  static override summary = 'All runs in a folder: what was trained on what, and how well it does.';
  static override description =
    'Choose among runs by dev: who chooses by test has learnt from it. Runs with other test splits can’t be ' +
    'compared by their figures.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --html runs/index.html',
  ];
  static override flags = {
    runs: Flags.string({ default: 'runs', description: 'folder of runs' }),
    html: Flags.string({
      description: 'also write a page: a table that sorts, with links to reports, and a plot a measure',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<{ runs: RunSummary[]; unreadable: string[] }> {
    const { flags } = await this.parse(RunsList);
    const listed = await listRuns(flags.runs);
    this.log(
      columns([['run', 'state', 'min', 'encoder', 'trained', 'dev CER', 'CER', 'WER', 'MB'], ...listed.runs.map(row)]),
    );
    for (const folder of listed.unreadable) this.logToStderr(`${folder}: its lock can’t be read`);
    if (flags.html !== undefined) {
      await writeRunsPage(flags.html, listed.runs);
      this.log(`\npage  ${flags.html}`);
    }
    return listed;
  }
}

const row = ({ folder, state, minutes, encoder, trained, dev, test, bytes }: RunSummary): string[] => [
  path.basename(folder),
  state,
  minutes.train.toFixed(1),
  encoder,
  trained,
  dev ? percent(dev.cer) : '',
  test ? percent(test.cer) : '',
  test ? percent(test.wer) : '',
  megabytes(bytes),
];
