import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { amount, columns, interval, percent } from '../cli/format.ts';
import { BREAKDOWNS, SCLITE_REPORTS, scoreFiles, type FileScores } from '../evaluate/index.ts';

export default class Score extends BaseCommand {
  static override summary = 'Count the errors of hypotheses against references.';
  static override description =
    'Takes a run, or its hypotheses.jsonl; or two files: TRN, JSONL (by id), STM with CTM (by time), anything ' +
    'else as a line an utterance.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d --by speaker',
    '<%= config.bin %> <%= command.id %> --ref ref.trn --hyp hyp.trn --report sys',
  ];
  static override args = { run: Args.string({ description: 'the folder of a run, or a hypotheses.jsonl' }) };
  static override flags = {
    ref: Flags.string({ description: 'references', dependsOn: ['hyp'] }),
    hyp: Flags.string({ description: 'hypotheses', dependsOn: ['ref'] }),
    split: Flags.option({ options: ['test', 'dev'] as const, default: 'test', description: 'of a run' })(),
    unit: Flags.option({
      options: ['graphemes', 'phones'] as const,
      description: 'what CER counts; a run’s recipe says it otherwise',
    })(),
    by: Flags.option({ options: BREAKDOWNS, description: 'also the scores of each' })(),
    resample: Flags.option({
      options: ['utterance', 'speaker'] as const,
      default: 'utterance',
      description: 'what the intervals draw: by speaker, where there are many',
    })(),
    report: Flags.option({
      options: SCLITE_REPORTS,
      description: 'print this report of sclite instead, counted with sclite’s weights',
    })(),
  };

  async run(): Promise<FileScores> {
    const { args, flags } = await this.parse(Score);
    const answer = await scoreFiles({ run: args.run, ...flags });
    if (answer.report !== undefined) this.log(answer.report.replace(/\n$/, ''));
    else this.print(answer);
    return answer;
  }

  private print({ unit, scores: s, groups, confusions: { words, tokens } }: FileScores): void {
    const name = unit === 'phones' ? 'PER' : 'CER';
    this.log(`${amount(s.utterances, 'utterance')}, ${amount(s.words, 'word')}\n`);
    this.log(
      columns([
        [
          'WER',
          percent(s.wer),
          interval(s.wer_ci95),
          `${s.substitutions} substituted, ${s.deletions} deleted, ${s.insertions} inserted`,
        ],
        [name, percent(s.cer), interval(s.cer_ci95), `by ${unit}`],
        [`${name} by code points`, percent(s.cer_codepoints), '', ''],
        ['MER', percent(s.mer), '', `WIL ${percent(s.wil)}, WIP ${percent(s.wip)}`],
        ['utterances with errors', percent(s.ser), '', ''],
        ...(s.oracle_wer === undefined ? [] : [['WER of the best of the n best', percent(s.oracle_wer), '', '']]),
      ]),
    );
    if (groups)
      this.log(
        '\n' +
          columns([
            ['', 'utterances', 'words', name, 'WER'],
            ...groups.map((g) => [g.group, String(g.utterances), String(g.words), percent(g.cer), percent(g.wer)]),
          ]),
      );
    for (const [title, list] of [
      [unit, tokens],
      ['words', words],
    ] as const)
      if (list.length > 0)
        this.log(
          `\nmost confused ${title}\n` +
            columns(list.map((c) => [`  ${shown(c.reference)} → ${shown(c.hypothesis)}`, String(c.count)])),
        );
  }
}

const shown = (token: string): string => (token === '' ? 'nothing' : token === '|' ? 'word break' : token);
