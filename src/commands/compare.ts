import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { columns, percent } from '../cli/format.ts';
import { compareRuns, shownP, type Comparison, type Difference } from '../evaluate/compare.ts';
import { loadRun } from '../evaluate/load.ts';
import { renderComparison } from '../report/comparison.ts';
import type { Difference as ShownDifference, Tested } from '../report/data.ts';
import { finishedRun } from '../report/finished-run.ts';
import { writeAtomic } from '../support/files.ts';

export default class Compare extends BaseCommand {
  static override summary = 'Is one run better than another, or is it chance?';
  static override description =
    'Both have to be tested on the same references. Prints the difference with its 95 % interval (paired bootstrap), p, the matched-pairs test, and in words whether to believe it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d runs/italian-10min-5e6f7a8b',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d runs/italian-10min-5e6f7a8b --page compared.html',
  ];
  static override args = {
    a: Args.string({ required: true, description: 'the folder of a run, or a hypotheses.jsonl' }),
    b: Args.string({ required: true, description: 'another one' }),
  };
  static override flags = {
    split: Flags.option({
      options: ['test', 'dev'] as const,
      default: 'test',
      description: 'which split to compare on',
    })(),
    page: Flags.string({
      description: 'also write a page to look at: both runs’ scores and utterances side by side',
      helpValue: 'FILE',
    }),
    resample: Flags.option({
      options: ['utterance', 'speaker'] as const,
      default: 'utterance',
      description: 'what the bootstrap draws: by speaker, where there are many',
    })(),
  };

  async run(): Promise<Comparison> {
    const { args, flags } = await this.parse(Compare);
    const comparison = compareRuns(
      await loadRun(args.a, flags.split),
      await loadRun(args.b, flags.split),
      flags.resample,
    );
    const { wer, cer, matched_pairs: matched, unit, utterances, words, verdict } = comparison;
    this.log(`A  ${args.a}\nB  ${args.b}\n${utterances} utterances, ${words} words\n`);
    this.log(
      columns([
        ['', 'A', 'B', 'A − B', '95 % interval', 'p'],
        [unit === 'phones' ? 'PER' : 'CER', ...cells(cer)],
        ['WER', ...cells(wer)],
      ]),
    );
    this.log(
      `\nmatched pairs (words): ${matched.segments} segments, z = ${matched.z.toFixed(2)}, p = ${shownP(matched.p)}${matched.segments < 50 ? ' (rough: fewer than 50 segments)' : ''}`,
    );
    this.log(`\n${verdict}`);
    if (flags.page !== undefined) {
      await writeAtomic(
        flags.page,
        renderComparison(
          await finishedRun(args.a, flags.split),
          await finishedRun(args.b, flags.split),
          testedOn(comparison),
        ),
      );
      this.log(`\npage  ${flags.page}`);
    }
    return comparison;
  }
}

const cells = ({ a, b, difference, difference_ci95: [low, high], p }: Difference): string[] => [
  percent(a),
  percent(b),
  (100 * difference).toFixed(1),
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`,
  shownP(p),
];

/** The page has the second run less the first. */
function testedOn({ cer, wer, unit, matched_pairs: matched, verdict }: Comparison): Tested {
  const shown = (name: string, { difference, difference_ci95: [low, high], p }: Difference): ShownDifference => ({
    name,
    value: -difference,
    interval: [-high, -low],
    pValue: p,
    note: 'paired bootstrap',
  });
  const pairs: ShownDifference = {
    name: 'WER',
    value: -wer.difference,
    pValue: matched.p,
    note: `matched pairs, ${matched.segments} segments`,
  };
  return { differences: [shown(unit === 'phones' ? 'PER' : 'CER', cer), shown('WER', wer), pairs], verdict };
}
