import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { machineFlags } from '../cli/flags.ts';
import { printable } from '../cli/printable.ts';
import { formatsNamed, TRANSCRIPT_FORMATS } from '../formats/index.ts';
import type { SetAside } from '../index.ts';
import { transcribe, transcribeInto, type WrittenTranscript } from '../transcribe/index.ts';

export default class Transcribe extends BaseCommand {
  static override summary = 'Write down what is said in recordings.';
  static override description =
    'Takes files and folders, any format that ffmpeg reads, any length. What can’t be read is set aside and listed; the rest goes on (exit code 3).';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* recording.wav',
    '<%= config.bin %> <%= command.id %> facebook/mms-1b-all:swh recording.wav',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* archive/ --format jsonl > transcripts.jsonl',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* archive/ --format eaf,srt',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* story.wav --into story.eaf',
  ];
  static override args = {
    model: Args.string({
      required: true,
      description:
        'the folder of a run, the model folder in it, or a CTC model on the Hugging Face Hub (`facebook/mms-1b-all:swh`)',
    }),
    path: Args.string({ required: true, description: 'recordings, folders of them, or patterns' }),
  };
  static override flags = {
    format: Flags.string({
      description: `what to write, several with commas between them: ${Object.keys(TRANSCRIPT_FORMATS).join(', ')}. txt or jsonl alone go to the screen unless --out is said; all else is written beside the recordings`,
    }),
    out: Flags.string({ description: 'folder to write to; the tree below a folder that is named is kept' }),
    into: Flags.string({
      description: 'an .eaf or .TextGrid that gets the transcript as further tiers; all else in it stays',
      exclusive: ['out', 'format'],
    }),
    overwrite: Flags.boolean({ description: 'replace files, and tiers that an earlier transcription added' }),
    track: Flags.integer({
      min: 1,
      description: 'which track of sound of files with several; the default one, that players play, if not said',
    }),
    channel: Flags.integer({ min: 1, description: 'which channel is heard alone; all, mixed, if not said' }),
    ...machineFlags,
  };

  async run(): Promise<{ transcripts: WrittenTranscript[]; setAside: SetAside[] }> {
    const { argv, args, flags } = await this.parse(Transcribe);
    const machine = await this.machineOf(flags);
    const paths = (argv as string[]).slice(1);
    const transcripts: WrittenTranscript[] = [];
    const setAside: SetAside[] = [];
    const { out, into, overwrite, track, channel } = flags;
    const formats = formatsNamed(flags.format ?? 'txt');
    const toFiles = out !== undefined || into !== undefined || !['txt', 'jsonl'].includes(formats.join());
    const how = { ...machine, progress: this.progress, signal: this.signal, track, channel };
    const items: AsyncIterable<WrittenTranscript | SetAside> = toFiles
      ? transcribeInto(args.model, paths, {
          ...{ ...how, formats, overwrite },
          ...(out !== undefined && { out }),
          ...(into !== undefined && { into }),
        })
      : transcribe(args.model, paths, how);
    for await (const item of items) {
      if ('reason' in item) {
        setAside.push(item);
        continue;
      }
      for (const note of item.notes ?? []) this.logToStderr(`${item.file}: ${note}`);
      if (this.jsonEnabled()) transcripts.push(item);
      else if (item.files) this.log(item.files.map(printable).join('\n'));
      else if (formats[0] === 'jsonl') this.log(JSON.stringify(item));
      else this.log(paths.length === 1 && item.file === paths[0] ? item.text : `${item.file}: ${item.text}`);
    }
    this.reportSetAside(setAside);
    return { transcripts, setAside };
  }
}
