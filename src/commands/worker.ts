import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { hours } from '../cli/batch-report.ts';
import { machineFlags, soundFlags } from '../cli/flags.ts';
import { InputError } from '../index.ts';
import type { MachineChoice } from '../onnx/index.ts';
import { workOnRuns, type RunsWorked } from '../run/index.ts';
import { work, type Worked, type WorkOptions } from '../transcribe/index.ts';

/** Seconds that a recording which is begun may take until its end. */
const LONGEST_END = 600;

export default class Worker extends BaseCommand {
  static override summary = 'Do what others put into a queue, until stopped: transcribe, or run recipes.';
  static override description =
    'Takes recordings that isogloss transcribe --queue has put on a Redis or Valkey server, on any number of ' +
    'machines, which all have the recordings at the same place. Stopped by Ctrl-C it ends what it has begun; ' +
    'what a worker leaves undone that was killed, another takes. With --runs it takes the runs of isogloss run ' +
    '--queue instead, and is started in the same folder of a disk that all share: stopped, it gives back what it has ' +
    'begun, and another goes on with that. With --json, what it has done is printed at the end.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> redis://queue.example:6379 runs/italian-10min-*',
    '<%= config.bin %> <%= command.id %> redis://queue.example:6379 --runs',
  ];
  static override args = {
    queue: Args.string({ required: true, description: 'the server, e.g. redis://host:6379' }),
    model: Args.string({ description: 'the model that isogloss transcribe names, or a copy of it' }),
  };
  static override flags = {
    runs: Flags.boolean({ default: false, description: 'run recipes', exclusive: ['track', 'channel'] }),
    ...soundFlags,
    ...machineFlags,
  };

  async run(): Promise<Worked | RunsWorked> {
    const { args, flags } = await this.parse(Worker);
    if ((args.model === undefined) !== flags.runs)
      throw new InputError(
        'it takes either a model or --runs',
        'A worker transcribes with one model, or runs recipes.',
      );
    const machine = await this.machineOf(flags);
    return args.model === undefined
      ? this.runRecipes(args.queue, machine)
      : this.transcribe(args.queue, args.model, { ...machine, track: flags.track, channel: flags.channel });
  }

  private async transcribe(queue: string, model: string, options: WorkOptions): Promise<Worked> {
    this.stopsWithin(LONGEST_END);
    const worked = await work(queue, model, {
      ...{ ...options, progress: this.progress, signal: this.signal },
      onReady: (name) => this.logToStderr(`ready for what transcribe --queue puts there with ${name}; Ctrl-C ends it`),
    });
    const { recordings, seconds, setAside } = worked;
    const left = setAside > 0 ? `; ${setAside} could not be read` : '';
    this.log(`${recordings} recordings transcribed, ${hours(seconds)} hours${left}`);
    return worked;
  }

  private async runRecipes(queue: string, machine: MachineChoice): Promise<RunsWorked> {
    return workOnRuns(queue, {
      ...{ ...machine, progress: this.progress, signal: this.signal },
      onReady: () => this.logToStderr(`ready for what run --queue puts there, in ${process.cwd()}; Ctrl-C ends it`),
      onDone: ({ folder }) => this.log(folder),
    });
  }
}
