import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { machineFlags } from '../../cli/flags.ts';
import { columns } from '../../cli/format.ts';
import { suggestEncoders, type Suggestions } from '../../run/index.ts';

export default class EncoderSuggest extends BaseCommand {
  static override summary = 'Name encoders to try on a corpus, with time, memory and licence.';
  static override description =
    'Goes by the language, how much speech there is and what this machine can do; nothing is fetched. Figures of ' +
    'ML-SUPERB are of another task: what counts is which is lower.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> corpora/mboshi',
    '<%= config.bin %> <%= command.id %> corpora/mboshi --language mdw --commercial',
  ];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    language: Flags.string({
      description: 'what is spoken, e.g. sw; what the corpus says, by default',
      helpValue: 'CODE',
    }),
    commercial: Flags.boolean({ description: 'only those that may be used in what is sold' }),
    ...machineFlags,
  };

  async run(): Promise<Suggestions> {
    const { args, flags } = await this.parse(EncoderSuggest);
    const { language, commercial } = flags;
    const options = { language, commercial, progress: this.progress, signal: this.signal };
    const found = await this.onMachine(flags, () => suggestEncoders(args.corpus, options));
    const spoken = found.language === undefined ? '' : `, language ${found.language}`;
    this.log(`${found.minutes.toFixed(0)} minutes of speech in ${found.corpus}${spoken}\n`);
    this.log(
      columns([
        [
          'encoder.model',
          'MB to fetch',
          'features here',
          'memory',
          'licence',
          'ML-SUPERB 10 min / 1 h',
          'heard the language',
          '',
        ],
        ...found.encoders.map((encoder) => [
          encoder.model,
          encoder.megabytes.toFixed(0),
          `${Math.max(1, encoder.minutes).toFixed(0)} min`,
          `${(encoder.memory_megabytes / 1000).toFixed(1)} GB${encoder.fits ? '' : ', too much here'}`,
          `${encoder.licence}${encoder.commercial ? '' : ', non-commercial'}`,
          encoder.superb ? `${encoder.superb.tenMinutes} / ${encoder.superb.oneHour}` : '',
          encoder.heard_language === undefined ? '' : encoder.heard_language ? 'yes' : 'no',
          encoder.why,
        ]),
      ]),
    );
    if (found.language !== undefined && !commercial)
      this.log(
        '\nfacebook/mms-1b-all writes 1,107 languages without training (CC-BY-NC-4.0, 3.9 GB).\n' +
          'Whether yours is one: isogloss encoder inspect facebook/mms-1b-all:CODE, with its code of ISO 639-3',
      );
    return found;
  }
}
