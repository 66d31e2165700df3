import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { machineFlags, soundFlags } from '../cli/flags.ts';
import { printable } from '../cli/printable.ts';
import { describeBatch, describeEstimate } from '../cli/batch-report.ts';
import { formatsNamed, TRANSCRIPT_FORMATS } from '../formats/index.ts';
import type { SetAside } from '../index.ts';
import {
  Batch,
  parseShard,
  PRIORITIES,
  watch,
  type BatchSummary,
  type Estimate,
  type Priority,
  type WrittenTranscript,
} from '../transcribe/index.ts';

export default class Transcribe extends BaseCommand {
  static override summary = 'Write down what is said in recordings.';
  static override description =
    'Takes files, folders and lists of them, any format that ffmpeg reads, any length. What can’t be read is set ' +
    'aside and listed; the rest goes on (exit code 3). Of an archive it is noted what is done: stopped or ' +
    'killed, the same command does only what is missing.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* recording.wav',
    '<%= config.bin %> <%= command.id %> facebook/mms-1b-all:swh recording.wav',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* archive/ --format jsonl > transcripts.jsonl',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* archive/ --format eaf,srt',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* story.wav --into story.eaf',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* archive/ --format eaf --out drafts --dry-run',
    'find archive -name "*.mp3" | <%= config.bin %> <%= command.id %> runs/italian-10min-* --files-from - --out drafts',
  ];
  static override args = {
    model: Args.string({
      required: true,
      description:
        'the folder of a run, the model folder in it, or a CTC model on the Hugging Face Hub ' +
        '(`facebook/mms-1b-all:swh`)',
    }),
    path: Args.string({
      description: 'recordings, folders of them, or patterns; - is sound on standard input',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    format: Flags.string({
      description:
        `what to write, several with commas between them: ${Object.keys(TRANSCRIPT_FORMATS).join(', ')}. txt or ` +
        'jsonl alone go to the screen unless --out is said; all else is written beside the recordings',
    }),
    out: Flags.string({ description: 'folder to write to; the tree below a folder that is named is kept' }),
    into: Flags.string({
      description: 'an .eaf or .TextGrid that gets the transcript as further tiers; all else in it stays',
      exclusive: ['out', 'format'],
    }),
    'files-from': Flags.string({
      description: 'a list of recordings, one a line or parted by zero bytes; - is standard input',
    }),
    journal: Flags.string({
      description:
        'file in which it is noted what is done; isogloss-journal.jsonl in --out or in the folder that is ' +
        'named first, if not said',
    }),
    'retry-failed': Flags.boolean({ description: 'try again what could not be read the last time' }),
    shard: Flags.string({
      description: 'of several parts, e.g. on as many machines, only this one: 3/8 is the third of eight',
    }),
    queue: Flags.string({
      description: 'a Redis or Valkey server, e.g. redis://host:6379: isogloss worker transcribes, on as many machines',
    }),
    priority: Flags.option({
      options: Object.keys(PRIORITIES) as Priority[],
      description: 'of what lies in the queue for the same workers, which comes first: normal, if not said',
      dependsOn: ['queue'],
    })(),
    send: Flags.boolean({
      description: 'send the recordings themselves through the queue: workers need not have them',
      dependsOn: ['queue'],
    }),
    watch: Flags.boolean({
      description: 'go on with what appears in the folders, until stopped (Ctrl-C)',
      exclusive: ['dry-run', 'into', 'files-from'],
    }),
    'dry-run': Flags.boolean({ description: 'say what there is to do and how long that takes, and write nothing' }),
    overwrite: Flags.boolean({ description: 'replace files, and tiers that an earlier transcription added' }),
    ...soundFlags,
    ...machineFlags,
  };

  async run(): Promise<Result> {
    const { argv, args, flags } = await this.parse(Transcribe);
    const { out, into, overwrite, track, channel, journal } = flags;
    const paths = (argv as string[]).slice(1);
    const batch = await Batch.open(args.model, paths, {
      ...{ ...(await this.machineOf(flags)), progress: this.progress, signal: this.signal, track, channel },
      ...{ formats: formatsNamed(flags.format ?? 'txt'), out, into, overwrite, journal },
      ...{ filesFrom: flags['files-from'], retryFailed: flags['retry-failed'], queue: flags.queue },
      priority: flags.priority,
      send: flags.send,
      ...(flags.shard === undefined ? {} : { shard: parseShard(flags.shard) }),
    });
    try {
      return await (flags['dry-run'] ? this.estimate(batch) : this.transcribe(batch, paths, flags));
    } finally {
      await batch.close();
    }
  }

  private async estimate(batch: Batch): Promise<Result> {
    const estimate = await batch.estimate(await batch.plan());
    this.log(describeEstimate(estimate));
    this.reportSetAside(estimate.setAside);
    return { transcripts: [], setAside: estimate.setAside, estimate };
  }

  private async transcribe(
    batch: Batch,
    paths: readonly string[],
    flags: { format?: string | undefined; watch: boolean },
  ): Promise<Result> {
    const transcripts: WrittenTranscript[] = [];
    const setAside: SetAside[] = [];
    for await (const item of flags.watch ? watch(batch, { signal: this.signal }) : batch.run(await batch.plan())) {
      if ('reason' in item) {
        setAside.push(item);
        continue;
      }
      for (const note of item.notes ?? []) this.logToStderr(`${item.file}: ${note}`);
      if (this.jsonEnabled()) transcripts.push(item);
      else if (item.files) this.log(item.files.map(printable).join('\n'));
      else if (flags.format === 'jsonl') this.log(JSON.stringify(item));
      else this.log(paths.length === 1 && item.file === paths[0] ? item.text : `${item.file}: ${item.text}`);
    }
    const { summary } = batch;
    if (batch.writes && !this.jsonEnabled()) this.logToStderr(describeBatch(summary));
    this.reportSetAside(setAside);
    return { transcripts, setAside, ...(batch.writes ? { summary } : {}) };
  }
}

interface Result {
  transcripts: WrittenTranscript[];
  setAside: SetAside[];
  summary?: BatchSummary;
  estimate?: Estimate;
}
