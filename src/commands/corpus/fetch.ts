import { Args } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../../cli/base-command.ts';
import { fetchCorpus, textFile, type FetchResult } from '../../corpus/index.ts';

export default class CorpusFetch extends BaseCommand {
  static override summary = 'Get a corpus that isogloss knows where to find.';
  static override description =
    'Downloads it (no root needed), checks it against its sha256 and writes its manifest. Goes ' +
    'on where it was cut off.';
  static override examples = ['<%= config.bin %> <%= command.id %> asterisk-it'];
  static override args = {
    name: Args.string({
      required: true,
      description: 'asterisk-it, asterisk-en, asterisk-it-menardi, …: a folder in corpora/',
    }),
  };

  async run(): Promise<FetchResult> {
    const { args } = await this.parse(CorpusFetch);
    const result = await fetchCorpus(args.name, { progress: this.progress, signal: this.signal });
    if (result.utterances === 0)
      this.log(`${result.name}: text without recordings, in ${path.relative('.', textFile(result.folder))}`);
    else
      this.log(
        `${result.name}: ${result.utterances} utterances, ${(result.seconds / 60).toFixed(1)} minutes, in ` +
          path.relative('.', result.folder),
      );
    if (result.edited)
      this.logToStderr(
        'manifest.jsonl has been edited since it was fetched: it stays as it is; the new one is in manifest.new.jsonl',
      );
    if (result.setAside.length > 0)
      this.logToStderr(
        `${result.setAside.length} left out (not speech, or no recording or transcript): see ` +
          path.join(path.relative('.', result.folder), 'fetched.json'),
      );
    return result;
  }
}
