import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { minutesFlag, minutesListFlag } from '../../cli/flags.ts';
import { columns } from '../../cli/format.ts';
import { writeSplit, type PartSize, type WrittenSplit } from '../../corpus/index.ts';

export default class CorpusSplit extends BaseCommand {
  static override summary = 'Divide a corpus into train, dev and test once and for all, with nested trainings.';
  static override description =
    'Test and train share no speaker, where three or more are known, no recording and no text, as far as there ' +
    'is speech for that. Writes a list of ids that a recipe takes as split.file; with split.train.minutes it ' +
    'takes the beginning of train, in which all speakers have their shares. A split that the corpus’s publisher ' +
    'has made stays as it is, unless --by asks for another.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> mboshi --train 1,5,10',
    '<%= config.bin %> <%= command.id %> story-book --by time --test 2 --dev 1',
  ];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    by: Flags.option({
      options: ['speaker', 'session', 'recording', 'text', 'time'] as const,
      description: 'what test and train do not share; a session is what lies in one folder',
    })(),
    test: minutesFlag({ default: 5, description: 'minutes to test on' }),
    dev: minutesFlag({ default: 3, description: 'minutes to choose by' }),
    train: minutesListFlag({ description: 'minutes of nested trainings, with commas: the first lies in the second' }),
    seed: Flags.integer({ default: 1, description: 'another seed draws another split' }),
    output: Flags.string({ description: 'the file to write; split.tsv in the corpus’s folder, if absent' }),
  };

  async run(): Promise<WrittenSplit> {
    const { args, flags } = await this.parse(CorpusSplit);
    const { progress, signal } = this;
    const split = await writeSplit(args.corpus, { ...flags, progress, signal });
    this.log(columns([['', 'utterances', 'minutes', 'speakers'], ...rowsOf(split)]));
    if (split.published) this.log('\nThe parts are those that the corpus was published with.');
    for (const { what } of split.relaxed) this.log(`\nNote: ${what}.`);
    this.log(`\nlist    ${split.file}\nrecipe  ${recipeLine(split)}`);
    this.reportSetAside(split.setAside);
    return split;
  }
}

function rowsOf({ parts, trainings }: WrittenSplit): string[][] {
  const row = (name: string, { utterances, minutes, speakers }: PartSize): string[] => [
    name,
    String(utterances),
    minutes.toFixed(1),
    Object.keys(speakers).length === 0 ? 'unknown' : named(speakers),
  ];
  return [
    ...(['test', 'dev', 'train'] as const).map((part) => row(part, parts[part])),
    ...trainings.map((training) => row(`  first ${training.asked} min`, training)),
  ];
}

/** Few by name, more by number. */
function named(speakers: Record<string, number>): string {
  const names = Object.entries(speakers);
  return names.length > 4 ? `${names.length}` : names.map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ');
}

function recipeLine({ file, trainings }: WrittenSplit): string {
  const first = trainings[0];
  return `split: { file: ${file}${first ? `, train: { minutes: ${first.asked} }` : ''} }`;
}
