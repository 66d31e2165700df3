import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns, percent } from '../../cli/format.ts';
import { compareManyRuns, type RunsComparison } from '../../run/index.ts';

export default class RunsCompare extends BaseCommand {
  static override summary = 'Several runs side by side: what is different in their recipes, and which is better.';
  static override description =
    'Each is held against the first; isogloss compare says more of two. Runs of one recipe with several seeds are ' +
    'held together against those of another.';
  static override strict = false;
  static override examples = ['<%= config.bin %> <%= command.id %> runs/italian-1min-* runs/italian-10min-*'];
  static override args = {
    run: Args.string({ required: true, description: 'folders of finished runs' }),
  };
  static override flags = {
    split: Flags.option({
      options: ['test', 'dev'] as const,
      default: 'test',
      description: 'which split to compare on',
    })(),
  };

  async run(): Promise<RunsComparison> {
    const { argv, flags } = await this.parse(RunsCompare);
    const compared = await compareManyRuns(argv as string[], flags.split);
    const { runs, differing, comparisons } = compared;
    this.log(
      columns([
        ['', 'dev CER', 'test CER', 'test WER', ...differing.map(({ field }) => field)],
        ...runs.map(({ folder, dev, test }, i) => [
          path.basename(folder),
          percent(dev!.cer),
          percent(test!.cer),
          percent(test!.wer),
          ...differing.map(({ values }) => shown(values[i])),
        ]),
      ]),
    );
    if (comparisons.length > 0) this.log(`\nA is ${runs[0]!.folder}; B is`);
    for (const { run, comparison, reason } of comparisons)
      this.log(`  ${run}: ${comparison?.verdict ?? `can’t be compared: ${reason!}`}`);
    this.printSeeds(compared);
    return compared;
  }

  private printSeeds({ seeds, verdicts }: RunsComparison): void {
    if (seeds.length === 0) return;
    const rows = seeds.map(({ runs, cer, wer }) => [
      `${path.basename(runs[0]!)}${runs.length > 1 ? ` and ${runs.length - 1} more` : ''}`,
      ...[cer, wer].flatMap(({ mean, deviation }) => [percent(mean), percent(deviation)]),
    ]);
    this.log(`\n${columns([['by recipe, on test', 'CER', 'deviation', 'WER', 'deviation'], ...rows])}`);
    for (const { a, b, verdict } of verdicts) this.log(`A is ${rows[a]![0]!}, B is ${rows[b]![0]!}: ${verdict}`);
  }
}

const shown = (value: unknown): string =>
  value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
