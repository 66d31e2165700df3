import { Args, Flags } from '@oclif/core';
import { askWhich, isInteractive } from '../../cli/ask.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { describePlan, describeResult } from '../../cli/import-report.ts';
import { printable } from '../../cli/printable.ts';
import { lookInto, type ImportPlan } from '../../corpus/import/import.ts';
import { columnMap } from '../../corpus/import/columns.ts';
import { writeCorpus, type ImportResult } from '../../corpus/import/write-corpus.ts';
import { importers } from '../../corpus/importers/index.ts';
import { InputError } from '../../support/errors.ts';

type Answer = ImportResult & Pick<ImportPlan, 'formats' | 'survey'>;

export default class CorpusImport extends BaseCommand {
  static override summary = 'Make a corpus of a folder of transcribed recordings: ELAN, Praat, tables, data sets.';
  static override description =
    'Looks at the folder, says what is in it, and writes corpora/NAME/manifest.jsonl. Recordings stay where they are, and nothing in the folder is changed. Asks only what it can’t know; where nobody can be asked, it says which flag answers.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ~/fieldwork/abui',
    '<%= config.bin %> <%= command.id %> ~/fieldwork/abui --tier "tx@*" --name abui-2024',
    '<%= config.bin %> <%= command.id %> mboshi --text-ending mb --speaker-pattern "^([^_]+)_"',
    '<%= config.bin %> <%= command.id %> words.xlsx --column text=Orthography --column audio=File',
  ];
  static override args = {
    path: Args.string({ required: true, description: 'a folder, or a file in one' }),
  };
  static override flags = {
    format: Flags.string({ description: `which files to read: ${importers.map(({ name }) => name).join(', ')}` }),
    tier: Flags.string({
      multiple: true,
      description: 'tiers with the transcript: a name, a pattern (tx@*), type:NAME or participant:NAME',
    }),
    name: Flags.string({ description: 'the corpus’s name; the folder’s by default' }),
    media: Flags.string({ multiple: true, description: 'a further folder in which recordings lie' }),
    speaker: Flags.string({ description: 'who speaks, where the files don’t say it' }),
    'speaker-pattern': Flags.string({ description: 'a regular expression that finds the speaker in a file’s name' }),
    language: Flags.string({ description: 'BCP 47 tag of the language, where the files don’t say it' }),
    'text-ending': Flags.string({ description: 'ending of the texts beside recordings, e.g. txt' }),
    column: Flags.string({ multiple: true, description: 'a table’s column, e.g. text=Orthography' }),
    'keep-missing': Flags.boolean({ description: 'keep utterances whose recordings aren’t found' }),
  };

  async run(): Promise<Answer> {
    const { args, flags } = await this.parse(CorpusImport);
    const given = {
      ...(flags.format !== undefined && { format: flags.format }),
      ...(flags.tier && { tiers: flags.tier }),
      ...(flags.name !== undefined && { name: flags.name }),
      ...(flags.media && { media: flags.media }),
      ...(flags.speaker !== undefined && { speaker: flags.speaker }),
      ...(flags['speaker-pattern'] !== undefined && { speakerPattern: flags['speaker-pattern'] }),
      ...(flags.language !== undefined && { language: flags.language }),
      ...(flags['text-ending'] !== undefined && { textEnding: flags['text-ending'] }),
      ...(flags.column && { columns: columnMap(flags.column) }),
      keepMissing: flags['keep-missing'],
    };
    const machine = { progress: this.progress, signal: this.signal };
    let plan = await lookInto(args.path, { ...given, ...machine });
    this.log(describePlan(plan));
    while (plan.question) {
      const { options } = plan.question.choices[await this.answer(plan.question)]!;
      plan = await lookInto(args.path, { ...given, ...plan.options, ...options, ...machine });
    }
    const result = await writeCorpus(plan, machine);
    this.log(`\n${describeResult(result, plan)}`);
    if (result.missing.length > 0 || result.leftOut.length > 0) process.exitCode = 3;
    return { formats: plan.formats, ...(plan.survey && { survey: plan.survey }), ...result };
  }

  private async answer({ what, choices }: NonNullable<ImportPlan['question']>): Promise<number> {
    if (isInteractive() && !this.jsonEnabled())
      return askWhich(
        what,
        choices.map(({ label }) => printable(label)),
        this.signal,
      );
    throw new InputError(
      what,
      `Say it with one of these:\n${choices.map(({ flag, label }) => `      ${printable(flag)}   ${printable(label)}`).join('\n')}`,
    );
  }
}
