import { Args, Flags } from '@oclif/core';
import { BaseCommand, machineFlags } from '../cli/base-command.ts';
import type { SetAside } from '../support/errors.ts';
import { transcribe, type Transcript } from '../transcribe/transcribe.ts';

export default class Transcribe extends BaseCommand {
  static override summary = 'Write down what is said in recordings.';
  static override description =
    'Takes files and folders, any format that ffmpeg reads, any length. What can’t be read is set aside and listed; the rest goes on (exit code 3).';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-*/model recording.wav',
    '<%= config.bin %> <%= command.id %> facebook/mms-1b-all:swh recording.wav',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-*/model archive/ --format jsonl > transcripts.jsonl',
  ];
  static override args = {
    model: Args.string({
      required: true,
      description: 'the model folder of a run, or a CTC model on the Hugging Face Hub (`facebook/mms-1b-all:swh`)',
    }),
    path: Args.string({ required: true, description: 'recordings, or folders of them' }),
  };
  static override flags = {
    format: Flags.option({
      options: ['txt', 'jsonl'] as const,
      default: 'txt',
      description: 'plain text, or a JSON record a recording',
    })(),
    ...machineFlags,
  };

  async run(): Promise<{ transcripts: Transcript[]; setAside: SetAside[] }> {
    const { argv, args, flags } = await this.parse(Transcribe);
    await this.useMachine(flags);
    const paths = (argv as string[]).slice(1);
    const transcripts: Transcript[] = [];
    const setAside: SetAside[] = [];
    for await (const item of transcribe(args.model, paths, { progress: this.progress, signal: this.signal })) {
      if ('reason' in item) {
        setAside.push(item);
        continue;
      }
      if (this.jsonEnabled()) transcripts.push(item);
      else if (flags.format === 'jsonl') this.log(JSON.stringify(item));
      else this.log(paths.length === 1 && item.file === paths[0] ? item.text : `${item.file}: ${item.text}`);
    }
    this.reportSetAside(setAside);
    return { transcripts, setAside };
  }
}
