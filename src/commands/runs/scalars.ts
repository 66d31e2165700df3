import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../../cli/base-command.ts';
import { scalarsAsCsv, scalarsOf, writeMlflow, writeTensorboard, type Scalar } from '../../run/index.ts';

/** Formats that are files, and where they go if that is not said. */
const FILES = {
  tensorboard: { write: writeTensorboard, out: 'tensorboard' },
  mlflow: { write: writeMlflow, out: 'mlruns' },
};

export default class RunsScalars extends BaseCommand {
  static override summary = 'Losses, errors and rates of each epoch, as CSV or for TensorBoard or MLflow.';
  static override description = 'Works while a run is under way, too: call it again for what has come since.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d',
    '<%= config.bin %> <%= command.id %> runs/italian-* --format tensorboard --out tensorboard',
    '<%= config.bin %> <%= command.id %> runs/italian-* --format mlflow --out mlruns',
  ];
  static override args = { run: Args.string({ required: true, description: 'folders of runs' }) };
  static override flags = {
    format: Flags.option({
      options: ['csv', 'tensorboard', 'mlflow'] as const,
      default: 'csv',
      description: 'csv to the screen, event files in a folder a run, or MLflow’s files with the recipes',
    })(),
    out: Flags.string({ description: 'folder for files: tensorboard or mlruns, if not said', helpValue: 'FOLDER' }),
  };

  async run(): Promise<{ runs: { run: string; scalars: Scalar[] }[]; files: string[] }> {
    const { argv, flags } = await this.parse(RunsScalars);
    const folders = argv as string[];
    const runs: { run: string; scalars: Scalar[] }[] = [];
    for (const run of folders) runs.push({ run, scalars: await scalarsOf(run) });
    const writer = flags.format === 'csv' ? undefined : FILES[flags.format];
    const files = writer ? await writer.write(folders, flags.out ?? writer.out) : [];
    if (!writer)
      runs.forEach(({ run, scalars }, i) => {
        const [head, ...rows] = scalarsAsCsv(path.basename(path.resolve(run)), scalars)
          .trimEnd()
          .split('\n');
        this.log((i === 0 ? [head, ...rows] : rows).join('\n'));
      });
    for (const file of files) this.log(file);
    return { runs, files };
  }
}
