import { BaseCommand } from '../../cli/base-command.ts';
import { columns } from '../../cli/format.ts';
import { listEncoders, type EncoderEntry } from '../../encoder/index.ts';

export default class EncoderList extends BaseCommand {
  static override summary = 'List the encoders that come with isogloss or have been fetched from the Hub.';
  static override description =
    'A recipe can name any other repository of the Hugging Face Hub with PyTorch weights or ONNX files, too: it ' +
    'is fetched when it is needed.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<EncoderEntry[]> {
    await this.parse(EncoderList);
    const encoders = await listEncoders();
    this.log(
      columns([
        ['name', 'parameters', 'layers', 'dims', 'MB', 'what'],
        ...encoders.map((e) => [
          e.name,
          e.parameters === undefined ? '' : `${(e.parameters / 1e6).toFixed(1)} M`,
          e.layers === undefined ? '' : `0–${e.layers - 1}`,
          e.dims === undefined ? '' : String(e.dims),
          e.megabytes.toFixed(1),
          e.what,
        ]),
      ]),
    );
    return encoders;
  }
}
