import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { machineFlags, minutesListFlag, runsQueueFlag, setFlag } from '../cli/flags.ts';
import { columns, interval, percent } from '../cli/format.ts';
import { learningCurve, type Curve, type CurvePoint } from '../run/index.ts';

export default class CurveCommand extends BaseCommand {
  static override summary = 'How errors fall with more speech: a recipe run with one minute, two, five, …';
  static override description =
    'Dev and test stay as they are, and each training lies in the next. Stopped or killed, the same command goes on.';
  static override examples = ['<%= config.bin %> <%= command.id %> italian-10min --minutes 1,2,5,10'];
  static override args = {
    recipe: Args.string({ required: true, description: 'a recipe: its file (YAML), or its name' }),
  };
  static override flags = {
    minutes: minutesListFlag({ required: true, description: 'minutes of training speech, with commas' }),
    seeds: Flags.integer({ min: 1, default: 1, description: 'run each with so many seeds' }),
    set: setFlag,
    runs: Flags.string({ default: 'runs', description: 'folder that run folders and the page go to' }),
    queue: runsQueueFlag,
    ...machineFlags,
  };

  async run(): Promise<Curve> {
    const { args, flags } = await this.parse(CurveCommand);
    const { minutes, seeds, set, runs, queue } = flags;
    const options = { minutes, seeds, set, runs, queue, progress: this.progress, signal: this.signal };
    const curve = await this.onMachine(flags, () => learningCurve(args.recipe, options));
    const spread = seeds > 1 ? 'deviation' : '';
    this.log(
      columns([['minutes', 'dev CER', 'test CER', spread, 'test WER', spread, 'training'], ...curve.points.map(row)]),
    );
    this.log(`\npage  ${curve.page}`);
    return curve;
  }
}

function row({ trained, dev, test, test_ci95: ci95, seconds, runs }: CurvePoint): string[] {
  const spreadOf = (measure: 'cer' | 'wer'): string =>
    runs.length > 1 ? percent(test[measure].deviation) : interval(ci95[measure]);
  return [
    trained.toFixed(1),
    percent(dev.cer.mean),
    percent(test.cer.mean),
    spreadOf('cer'),
    percent(test.wer.mean),
    spreadOf('wer'),
    `${Math.round(seconds)} s`,
  ];
}
