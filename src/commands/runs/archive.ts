import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { archiveRun, type RunArchive } from '../../run/index.ts';

export default class RunsArchive extends BaseCommand {
  static override summary = 'Pack a finished run into one .zip, from which others can reproduce it.';
  static override description =
    'Recipe, lock, hashes of all inputs, figures, model, a CITATION.cff and a data statement to complete. ' +
    'No transcript and no speaker’s name is in it, unless you say so.';
  static override examples = ['<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d -o italian.zip'];
  static override args = { run: Args.string({ required: true, description: 'the folder of a finished run' }) };
  static override flags = {
    output: Flags.string({ char: 'o', required: true, description: 'the file to write', helpValue: 'FILE' }),
    'with-texts': Flags.boolean({ description: 'also transcripts, what was recognised, and who speaks' }),
    'with-report': Flags.boolean({ description: 'also the report, in which texts can be read and recordings heard' }),
  };

  async run(): Promise<RunArchive> {
    const { args, flags } = await this.parse(RunsArchive);
    const { output, 'with-texts': withTexts, 'with-report': withReport } = flags;
    const archive = await archiveRun(args.run, { output, withTexts, withReport });
    this.log(archive.names.join('\n'));
    this.log(`\narchive  ${archive.file}`);
    for (const { name, what } of archive.needed) this.logToStderr(`not in it, but needed: ${what} (${name})`);
    this.logToStderr('CITATION.cff and DATA.md in it have places for what only you can say.');
    return archive;
  }
}
