import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { machineFlags } from '../cli/flags.ts';
import { amount, columns, interval, percent } from '../cli/format.ts';
import type { Group, Scores } from '../evaluate/index.ts';
import { EVALUATED_PARTS, evaluateModels, type Evaluation } from '../run/index.ts';

export default class Evaluate extends BaseCommand {
  static override summary = 'Try models on a corpus: errors by speaker, tier and new voices.';
  static override description =
    'Takes one model or several, and last a corpus. Each model reads the transcripts by its own text rules. What ' +
    'a training has heard is left out.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d asterisk-it-menardi',
    '<%= config.bin %> <%= command.id %> runs/mine-1a2b3c4d facebook/mms-1b-all:swh corpora/mine --out scored',
  ];
  static override args = {
    model: Args.string({
      required: true,
      description: 'folders of runs, model folders, or CTC models on the Hugging Face Hub (`facebook/mms-1b-all:swh`)',
    }),
    corpus: Args.string({ required: true, description: 'last: a corpus in ./corpora, or a folder with a manifest' }),
  };
  static override flags = {
    split: Flags.option({
      options: EVALUATED_PARTS,
      description: 'which part; test of a corpus that its publisher has divided, all of any other, if not said',
    })(),
    out: Flags.string({
      description: 'folder for hypotheses, and for files and reports of sclite',
      helpValue: 'FOLDER',
    }),
    ...machineFlags,
  };

  async run(): Promise<Evaluation> {
    const { argv, flags } = await this.parse(Evaluate);
    const names = argv as string[];
    const how = { split: flags.split, out: flags.out, progress: this.progress, signal: this.signal };
    const evaluation = await this.onMachine(flags, () => evaluateModels(names.slice(0, -1), names.at(-1)!, how));
    this.print(evaluation);
    this.reportSetAside(evaluation.setAside);
    return evaluation;
  }

  private print({ corpus, split, heard, models }: Evaluation): void {
    this.log(
      `${corpus}, ${split === 'all' ? 'all of it' : split}: ${amount(models[0]!.scores.utterances, 'utterance')}`,
    );
    if (heard > 0) this.log(`${heard} more were heard in a training, and are left out`);
    for (const { model, scores, voices, speakers, tiers, comparison, files, unit } of models) {
      this.log(`\n${model}`);
      this.log(
        columns([
          ['', unit === 'phones' ? 'PER' : 'CER', '', 'WER', ''],
          row('all', scores),
          ...(voices?.unseen ? [row('new voices', voices.unseen)] : []),
          ...(voices?.seen ? [row('voices that training heard', voices.seen)] : []),
          ...groupRows('speaker', speakers),
          ...groupRows('tier', tiers),
        ]),
      );
      if (comparison) this.log(`A is ${models[0]!.model}, B is this one: ${comparison.verdict}`);
      for (const file of files ?? []) this.log(`file  ${file}`);
    }
  }
}

const row = (name: string, scores: Scores): string[] => [
  name,
  percent(scores.cer),
  interval(scores.cer_ci95),
  percent(scores.wer),
  interval(scores.wer_ci95),
];

const groupRows = (what: string, groups: readonly Group[] | undefined): string[][] =>
  (groups ?? []).map(({ group, cer, wer }) => [`${what} ${group}`, percent(cer), '', percent(wer), '']);
