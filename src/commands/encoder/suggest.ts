import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { machineFlags } from '../../cli/flags.ts';
import { columns } from '../../cli/format.ts';
import { suggestEncoders, type Suggestions } from '../../run/index.ts';

export default class EncoderSuggest extends BaseCommand {
  static override summary = 'Name encoders to try on a corpus, with time, memory and licence.';
  static override description =
    'Goes by how much speech there is and by what this machine can do; nothing is fetched. Figures of ML-SUPERB ' +
    'are of another task: what counts is which is lower.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> corpora/mboshi',
    '<%= config.bin %> <%= command.id %> corpora/mboshi --commercial',
  ];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    commercial: Flags.boolean({ description: 'only those that may be used in what is sold' }),
    ...machineFlags,
  };

  async run(): Promise<Suggestions> {
    const { args, flags } = await this.parse(EncoderSuggest);
    const options = { commercial: flags.commercial, progress: this.progress, signal: this.signal };
    const found = await this.onMachine(flags, () => suggestEncoders(args.corpus, options));
    this.log(`${found.minutes.toFixed(0)} minutes of speech in ${found.corpus}\n`);
    this.log(
      columns([
        ['encoder.model', 'MB to fetch', 'features here', 'memory', 'licence', 'ML-SUPERB 10 min / 1 h', ''],
        ...found.encoders.map((encoder) => [
          encoder.model,
          encoder.megabytes.toFixed(0),
          `${Math.max(1, encoder.minutes).toFixed(0)} min`,
          `${(encoder.memory_megabytes / 1000).toFixed(1)} GB${encoder.fits ? '' : ', too much here'}`,
          `${encoder.licence}${encoder.commercial ? '' : ', non-commercial'}`,
          encoder.superb ? `${encoder.superb.tenMinutes} / ${encoder.superb.oneHour}` : '',
          encoder.why,
        ]),
      ]),
    );
    return found;
  }
}
