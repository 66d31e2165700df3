import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../../cli/base-command.ts';
import { exportCorpus, type CorpusExport as Exported } from '../../corpus/index.ts';
import { formatsNamed } from '../../formats/index.ts';

export default class CorpusExport extends BaseCommand {
  static override summary = 'Write a corpus as ELAN, Praat, FLEx, subtitles and more, a file a recording.';
  static override examples = ['<%= config.bin %> <%= command.id %> asterisk-it --format eaf,csv --out italian'];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    format: Flags.string({ default: 'eaf', description: 'several with commas between them, as of transcribe' }),
    out: Flags.string({ description: 'folder to write to; NAME-export by default' }),
    overwrite: Flags.boolean({ description: 'replace files that are there' }),
  };

  async run(): Promise<Exported> {
    const { args, flags } = await this.parse(CorpusExport);
    const out = flags.out ?? `${path.basename(args.corpus)}-export`;
    const result = await exportCorpus(args.corpus, formatsNamed(flags.format), out, flags.overwrite);
    this.log(`${result.files.length} files in ${out}`);
    this.reportSetAside(result.setAside);
    return result;
  }
}
