import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../cli/base-command.ts';
import { durationFlag, machineFlags, runsQueueFlag, setFlag } from '../cli/flags.ts';
import { columns, interval, percent, raceTable, variantTable } from '../cli/format.ts';
import { describeRemoved } from '../dataset/index.ts';
import type { Scores } from '../evaluate/index.ts';
import {
  gridOf,
  raceVariants,
  readSweep,
  runRecipe,
  varyRecipe,
  type Race,
  type RunResult,
  type Variants,
} from '../run/index.ts';

export default class Run extends BaseCommand {
  static override summary = 'Run a recipe: prepare, features, train, evaluate, report.';
  static override description =
    'Goes on where it was cut off; answers at once when it is done already. A changed recipe gets ' +
    'a run folder of its own.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> italian-10min',
    '<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml --json',
    '<%= config.bin %> <%= command.id %> italian-10min --set training.epochs=10 --set train="{ top: 2 }"',
    '<%= config.bin %> <%= command.id %> italian-10min --sweep head.dims=128,256 --seeds 3',
    '<%= config.bin %> <%= command.id %> italian-10min --sweep head.dropout=0,0.2,0.4 --budget 20m',
    '<%= config.bin %> <%= command.id %> italian-10min --seeds 8 --queue redis://queue.example:6379',
  ];
  static override args = {
    recipe: Args.string({ required: true, description: 'a recipe: its file (YAML), or its name' }),
  };
  static override flags = {
    runs: Flags.string({ default: 'runs', description: 'folder that run folders go to' }),
    baseline: Flags.boolean({
      description: 'also train the same head on the untrained encoder, to show what transfer gains',
    }),
    set: setFlag,
    seeds: Flags.integer({
      min: 1,
      description: 'run it with so many seeds, from the recipe’s on: the mean, and how far seeds spread it',
    }),
    sweep: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description:
        'run it with each of these values (head.dims=128,256); several make a grid. The best is chosen on dev',
      helpValue: 'FIELD=VALUES',
    }),
    budget: durationFlag({
      dependsOn: ['sweep'],
      exclusive: ['seeds', 'queue'],
      description:
        'time for all values of --sweep together (90s, 20m, 2h): all are trained shortly, the better half for ' +
        'longer, and so on, by dev; the best is run',
    }),
    queue: runsQueueFlag,
    ...machineFlags,
  };

  async run(): Promise<RunResult | Variants | Race> {
    const { args, flags } = await this.parse(Run);
    const { runs, set, baseline: withBaseline } = flags;
    const options = { runs, set, baseline: withBaseline, progress: this.progress, signal: this.signal };
    if (flags.sweep !== undefined || flags.seeds !== undefined || flags.queue !== undefined) {
      const grid = gridOf((flags.sweep ?? []).map(readSweep));
      if (flags.budget !== undefined) {
        const race = { ...options, budget: flags.budget, onTrial: this.tellTrial };
        const raced = await this.onMachine(flags, () => raceVariants(args.recipe, grid, race));
        this.log(raceTable(raced));
        return raced;
      }
      const vary = { ...options, seeds: flags.seeds, queue: flags.queue };
      const varied = await this.onMachine(flags, () => varyRecipe(args.recipe, grid, vary));
      this.log(variantTable(varied));
      return varied;
    }
    const result = await this.onMachine(flags, () => runRecipe(args.recipe, options));
    this.tellNotes(result);
    const { test, dev, baseline, greedy, without_tones, before, forgetting } = result.metrics;
    this.log(
      columns([
        ['', 'CER', '', 'WER', ''],
        row('test', test),
        row('dev', dev),
        ...(baseline ? [row('test, untrained encoder', baseline.test)] : []),
        ...(greedy ? [row('test, greedy', greedy.test)] : []),
        ...(without_tones ? [row('test, without tones', without_tones.test)] : []),
        ...(before ? [row('test, before', before.test)] : []),
        ...(forgetting
          ? [
              row(`${forgetting.recipe}, before`, forgetting.before),
              row(`${forgetting.recipe}, after`, forgetting.after),
            ]
          : []),
      ]),
    );
    this.log(`\nreport  ${path.join(result.folder, 'report.html')}\nmodel   ${path.join(result.folder, 'model')}`);
    return result;
  }

  /** Before the figures: what comes last is read first. */
  private tellNotes(result: RunResult): void {
    if (result.changed)
      this.logToStderr(
        `the inputs are not those of ${result.changed.since}: ${result.changed.what}. That run stays as it is.`,
      );
    for (const removed of result.text?.removed ?? [])
      this.logToStderr(`left out of the texts: ${describeRemoved(removed)}`);
    this.logToStderr(reusedInWords(result));
    this.reportSetAside(result.setAside, path.join(result.folder, 'set-aside.jsonl'));
    for (const { what, advice } of result.findings) this.logToStderr(`warning: ${what}\n  → ${advice}`);
  }

  private readonly tellTrial = (name: string, devCer: number | undefined): void =>
    this.logToStderr(`${name}: ${devCer === undefined ? 'no time for it' : `CER on dev ${percent(devCer)}`}`);
}

function row(name: string, scores: Scores): string[] {
  return [name, percent(scores.cer), interval(scores.cer_ci95), percent(scores.wer), interval(scores.wer_ci95)];
}

function reusedInWords({ known, reused }: RunResult): string {
  if (known || !reused) return 'from before: all of it';
  const { recordings, features, epochs } = reused;
  return (
    `from before: ${recordings.there} of ${recordings.of} recordings decoded, features of ${features.there} of ` +
    `${features.of} utterances, ${epochs.there} of ${epochs.of} epochs`
  );
}
