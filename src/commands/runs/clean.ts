import { Args, Flags } from '@oclif/core';
import { askWhether, isInteractive } from '../../cli/ask.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns, megabytes } from '../../cli/format.ts';
import { cleanRuns, planCleaning, type Removal } from '../../run/index.ts';

export default class RunsClean extends BaseCommand {
  static override summary = 'Delete what runs need no more: checkpoints of finished ones, and what killed ones left.';
  static override description =
    'Says first what it would delete, and asks; without a terminal, only --yes deletes. Models, results and ' +
    'reports go with runs that are named, and only so.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --unfinished --yes',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d --yes',
  ];
  static override args = {
    run: Args.string({ description: 'folders of runs that are to go whole, with their models' }),
  };
  static override flags = {
    runs: Flags.string({ default: 'runs', description: 'folder of runs' }),
    unfinished: Flags.boolean({ description: 'also runs that were cut off, which could go on' }),
    yes: Flags.boolean({ description: 'delete without asking' }),
  };

  async run(): Promise<{ removals: Removal[]; deleted: boolean; left: string[] }> {
    const { argv, flags } = await this.parse(RunsClean);
    const removals = await planCleaning(flags.runs, { named: argv as string[], unfinished: flags.unfinished });
    const bytes = removals.reduce((sum, removal) => sum + removal.bytes, 0);
    if (removals.length === 0) this.log('nothing to delete');
    else
      this.log(
        columns([['', '', 'MB'], ...removals.map(({ place, what, bytes: size }) => [place, what, megabytes(size)])]),
      );
    const deleted = removals.length > 0 && (flags.yes || (await this.confirmed(removals, bytes)));
    const left = deleted ? await cleanRuns(removals) : [];
    if (deleted) this.log(`\n${megabytes(bytes)} MB are free`);
    for (const file of left) this.logToStderr(`${file} stays: no run has written it`);
    return { removals, deleted, left };
  }

  private async confirmed(removals: readonly Removal[], bytes: number): Promise<boolean> {
    if (this.jsonEnabled() || !isInteractive()) {
      this.logToStderr('nothing was deleted: --yes deletes it');
      return false;
    }
    return askWhether(`Delete these ${removals.length} (${megabytes(bytes)} MB)?`, this.signal);
  }
}
