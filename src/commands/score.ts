import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { BaseCommand } from '../cli/base-command.ts';
import { columns, interval, percent } from '../cli/format.ts';
import { BREAKDOWNS, breakDown, type Group } from '../evaluate/breakdown.ts';
import { confusions, errorsByToken, type Confusion, type TokenErrors } from '../evaluate/confusions.ts';
import { SCLITE_COSTS } from '../evaluate/costs.ts';
import { loadPairs, loadRun, type LoadedPairs } from '../evaluate/load.ts';
import { measures, type Measures } from '../evaluate/measures.ts';
import { SCLITE_REPORTS, scliteReport } from '../evaluate/sclite/reports.ts';
import { alignPairs, score, type Scores } from '../evaluate/score.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { InputError } from '../support/errors.ts';

const MOST_SHOWN = 10;

/** What `score --json` prints. */
export interface ScoreAnswer {
  unit: 'graphemes' | 'phones';
  scores: Scores & Measures;
  groups?: Group[];
  confusions: { words: Confusion[]; tokens: Confusion[] };
  errors: { words: TokenErrors[]; tokens: TokenErrors[] };
  report?: string;
}

export default class Score extends BaseCommand {
  static override summary = 'Count the errors of hypotheses against references.';
  static override description =
    'Takes a run, or its hypotheses.jsonl; or two files: TRN, JSONL (by id), STM with CTM (by time), anything else as a line an utterance.';
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

  async run(): Promise<ScoreAnswer> {
    const { args, flags } = await this.parse(Score);
    if ((args.run === undefined) === (flags.ref === undefined))
      throw new InputError('name either a run or --ref and --hyp', 'See isogloss score --help.');
    const { pairs, rule }: LoadedPairs =
      args.run === undefined
        ? { pairs: await loadPairs(flags.ref!, flags.hyp!), rule: { unit: 'graphemes', profile: [] } }
        : await loadRun(args.run, flags.split);
    const unit = flags.unit ?? rule.unit;
    const tokens = tokeniser({ ...rule, unit });
    const aligned = alignPairs(pairs, tokens);
    if (flags.resample === 'speaker' && aligned.some((pair) => pair.speaker === undefined))
      throw new InputError('not every record has a speaker', 'Give each record a speaker, or draw by utterance.');
    const title = path.basename(args.run ?? flags.hyp!);
    const answer: ScoreAnswer = {
      unit,
      scores: { ...score(aligned, flags.resample), ...measures(aligned) },
      ...(flags.by ? { groups: breakDown(aligned, flags.by) } : {}),
      confusions: {
        words: confusions(aligned, MOST_SHOWN, 'words'),
        tokens: confusions(aligned, MOST_SHOWN, 'tokens'),
      },
      errors: { words: errorsByToken(aligned, 'words').slice(0, MOST_SHOWN), tokens: errorsByToken(aligned, 'tokens') },
      ...(flags.report ? { report: scliteReport(flags.report, alignPairs(pairs, tokens, SCLITE_COSTS), title) } : {}),
    };
    if (answer.report !== undefined) this.log(answer.report.replace(/\n$/, ''));
    else this.print(answer);
    return answer;
  }

  private print({ unit, scores: s, groups, confusions: { words, tokens } }: ScoreAnswer): void {
    const name = unit === 'phones' ? 'PER' : 'CER';
    this.log(`${s.utterances} utterances, ${s.words} words\n`);
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
        `\n${columns([['', 'utterances', 'words', name, 'WER'], ...groups.map((g) => [g.group, String(g.utterances), String(g.words), percent(g.cer), percent(g.wer)])])}`,
      );
    for (const [title, list] of [
      [unit, tokens],
      ['words', words],
    ] as const)
      if (list.length > 0)
        this.log(
          `\nmost confused ${title}\n${columns(list.map((c) => [`  ${shown(c.reference)} → ${shown(c.hypothesis)}`, String(c.count)]))}`,
        );
  }
}

const shown = (token: string): string => (token === '' ? 'nothing' : token === '|' ? 'word break' : token);
