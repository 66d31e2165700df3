import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { hours } from '../cli/batch-report.ts';
import { machineFlags, soundFlags } from '../cli/flags.ts';
import { work, type Worked } from '../transcribe/index.ts';

/** Seconds that a recording which is begun may take until its end. */
const LONGEST_END = 600;

export default class Worker extends BaseCommand {
  static override summary = 'Transcribe what others put into a queue, until stopped.';
  static override description =
    'Takes recordings that isogloss transcribe --queue has put on a Redis or Valkey server, on any number of ' +
    'machines, which all have the recordings at the same place. Stopped by Ctrl-C it ends what it has begun; ' +
    'what a worker leaves undone that was killed, another takes. With --json, what it has done is printed at the end.';
  static override examples = ['<%= config.bin %> <%= command.id %> redis://queue.example:6379 runs/italian-10min-*'];
  static override args = {
    queue: Args.string({ required: true, description: 'the server, e.g. redis://host:6379' }),
    model: Args.string({ required: true, description: 'the model that isogloss transcribe names, or a copy of it' }),
  };
  static override flags = { ...soundFlags, ...machineFlags };

  async run(): Promise<Worked> {
    const { args, flags } = await this.parse(Worker);
    const { track, channel } = flags;
    this.stopsWithin(LONGEST_END);
    const worked = await work(args.queue, args.model, {
      ...{ ...(await this.machineOf(flags)), progress: this.progress, signal: this.signal, track, channel },
      onReady: (model) =>
        this.logToStderr(`ready for what transcribe --queue puts there with ${model}; Ctrl-C ends it`),
    });
    const { recordings, seconds, setAside } = worked;
    const left = setAside > 0 ? `; ${setAside} could not be read` : '';
    this.log(`${recordings} recordings transcribed, ${hours(seconds)} hours${left}`);
    return worked;
  }
}
