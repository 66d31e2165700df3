import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { amount, columns, percent } from '../cli/format.ts';
import { shownP, type Comparison, type Difference } from '../evaluate/index.ts';
import { compareRunFolders } from '../report/index.ts';

export default class Compare extends BaseCommand {
  static override summary = 'Is one run better than another, or is it chance?';
  static override description =
    'Both have to be tested on the same references. Prints the difference with its 95 % interval (paired ' +
    'bootstrap), p, the matched-pairs test, and in words whether to believe it.';
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
    const comparison = await compareRunFolders(args.a, args.b, flags);
    const { wer, cer, matched_pairs: matched, unit, utterances, words, verdict } = comparison;
    this.log(`A  ${args.a}\nB  ${args.b}\n${amount(utterances, 'utterance')}, ${amount(words, 'word')}\n`);
    this.log(
      columns([
        ['', 'A', 'B', 'A − B', '95 % interval', 'p'],
        [unit === 'phones' ? 'PER' : 'CER', ...cells(cer)],
        ['WER', ...cells(wer)],
      ]),
    );
    const rough = matched.segments < 50 ? ' (rough: fewer than 50 segments)' : '';
    this.log(
      `\nmatched pairs (words): ${matched.segments} segments, z = ${matched.z.toFixed(2)}, p = ` +
        `${shownP(matched.p)}${rough}`,
    );
    this.log(`\n${verdict}`);
    if (flags.page !== undefined) this.log(`\npage  ${flags.page}`);
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
