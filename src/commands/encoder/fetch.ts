import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { DTYPES, fetchEncoderFiles, type FetchedEncoder } from '../../encoder/index.ts';

export default class EncoderFetch extends BaseCommand {
  static override summary = 'Get an encoder from the Hugging Face Hub into the cache, to work without a network later.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> facebook/wav2vec2-xls-r-300m',
    '<%= config.bin %> <%= command.id %> facebook/mms-1b-all:swh',
  ];
  static override args = {
    encoder: Args.string({
      required: true,
      description:
        'a repository with ONNX files or PyTorch weights (model.safetensors, pytorch_model.bin); `NAME:swh` with the ' +
        'adapters for a language',
    }),
  };
  static override flags = {
    dtype: Flags.option({ options: DTYPES, description: 'which of a repository’s ONNX files' })(),
    revision: Flags.string({ description: 'branch, tag, commit, or `refs/pr/N`' }),
  };

  async run(): Promise<FetchedEncoder> {
    const { args, flags } = await this.parse(EncoderFetch);
    const fetched = await fetchEncoderFiles(
      { model: args.encoder, dtype: flags.dtype, revision: flags.revision },
      { progress: this.progress, signal: this.signal },
    );
    this.log(`${fetched.name}: ${fetched.file}, ${fetched.megabytes.toFixed(0)} MB, commit ${fetched.commit}`);
    this.log(
      'licence: ' +
        (fetched.licence
          ? `${fetched.licence.name}${fetched.licence.commercial ? '' : ' — not for what is sold'}`
          : 'not said'),
    );
    return fetched;
  }
}
