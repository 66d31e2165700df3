import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { columns } from '../cli/format.ts';
import { EXPORT_FORMATS, exportModel, type ExportResult } from '../export/index.ts';

export default class Export extends BaseCommand {
  static override summary = 'Write a run’s model in the layout of another program.';
  static override description =
    '`transformers` is a folder for transformers.js and the Hugging Face Hub, `onnx` one file for any ONNX ' +
    'Runtime, `sherpa` a folder for sherpa-onnx, `elan` one for ELAN’s list of recognisers, `web` one with a ' +
    'page that transcribes in the browser.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-*',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* --format onnx --to models',
  ];
  static override args = {
    run: Args.string({ required: true, description: 'the folder of a run, or a model folder' }),
  };
  static override flags = {
    format: Flags.option({ options: EXPORT_FORMATS, default: 'transformers' as const, description: 'for what' })(),
    to: Flags.string({ description: 'folder to write to; export/FORMAT in the run’s folder by default' }),
  };

  async run(): Promise<ExportResult> {
    const { args, flags } = await this.parse(Export);
    const result = await exportModel(args.run, flags.format, flags.to);
    this.log(
      columns(
        result.files.map(({ name, bytes }) => [
          name,
          bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`,
        ]),
      ),
    );
    this.log(`\n${result.folder}`);
    return result;
  }
}
