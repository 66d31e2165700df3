import { Args, Flags } from '@oclif/core';
import { askWhich, isInteractive } from '../../cli/ask.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { describePlan, describeResult } from '../../cli/import-report.ts';
import {
  columnMap,
  importCorpus,
  importers,
  type ImportPlan,
  type ImportResult,
  type Question,
} from '../../corpus/index.ts';

type ImportAnswer = ImportResult & Pick<ImportPlan, 'formats' | 'survey'>;

export default class CorpusImport extends BaseCommand {
  static override summary = 'Make a corpus of a folder of transcribed recordings: ELAN, Praat, tables, data sets.';
  static override description =
    'Looks at the folder, says what is in it, and writes corpora/NAME/manifest.jsonl. Recordings stay where ' +
    'they are, and nothing in the folder is changed. Asks only what it can’t know; where nobody can be asked, ' +
    'it says which flag answers.';
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

  async run(): Promise<ImportAnswer> {
    const { args, flags } = await this.parse(CorpusImport);
    const { format, name, media, speaker, language } = flags;
    const { plan, result } = await importCorpus(args.path, {
      ...{ format, name, media, speaker, language },
      tiers: flags.tier,
      speakerPattern: flags['speaker-pattern'],
      textEnding: flags['text-ending'],
      columns: flags.column && columnMap(flags.column),
      keepMissing: flags['keep-missing'],
      onPlan: (found) => this.log(describePlan(found)),
      answer: isInteractive() && !this.jsonEnabled() ? (question) => this.ask(question) : undefined,
      ...{ progress: this.progress, signal: this.signal },
    });
    this.log(`\n${describeResult(result, plan)}`);
    if (result.missing.length > 0 || result.leftOut.length > 0) process.exitCode = 3;
    return { formats: plan.formats, survey: plan.survey, ...result };
  }

  private ask({ what, choices }: Question): Promise<number> {
    return askWhich(
      what,
      choices.map(({ label }) => label),
      this.signal,
    );
  }
}
