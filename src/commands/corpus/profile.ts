import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns } from '../../cli/format.ts';
import { profileCorpus, type CorpusProfile, type ProfileNote, type ProposedGrapheme } from '../../dataset/index.ts';

const MEANING: Record<ProfileNote, string> = {
  multigraph: 'several letters for one sound?',
  rare: 'rare: a slip of the pen?',
  'other-script': 'a letter of another script: does it only look alike?',
  'mixed-forms': 'stored in two ways; both are read as one',
  mark: 'a mark that stands on nothing',
};

export default class CorpusProfileCommand extends BaseCommand {
  static override summary = 'Propose an orthography profile: what a corpus is written with, as a table to edit.';
  static override description =
    'Counts graphemes, finds likely multigraphs, letters of other scripts, rare signs and where they stand. ' +
    'Remove or mend lines, write a Mapping where a grapheme is to be written otherwise, and name the file as ' +
    'text.profile_file in a recipe.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> mboshi --language mdw',
    '<%= config.bin %> <%= command.id %> na --profile ipa',
  ];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    language: Flags.string({ description: 'its code, for lower case' }),
    profile: Flags.option({
      options: ['ipa'] as const,
      description: 'ipa: the transcripts are phonetic; tie bars, modifiers and length belong to their sound',
    })(),
    output: Flags.string({ description: 'the file to write; profile.tsv in the corpus’s folder, if absent' }),
  };

  async run(): Promise<CorpusProfile> {
    const { args, flags } = await this.parse(CorpusProfileCommand);
    const { language, profile, output } = flags;
    const result = await profileCorpus(args.corpus, { language, ipa: profile === 'ipa', output });
    const { graphemes, passedOver, file } = result;
    const rows = [
      ['grapheme', 'times', 'code points'],
      ...graphemes.map(({ grapheme, count, codePoints }) => [grapheme, String(count), codePoints]),
    ];
    const lines = columns(rows).split('\n');
    this.log(lines.map((line, i) => `${line}  ${i === 0 ? '' : noteOn(graphemes[i - 1]!)}`.trimEnd()).join('\n'));
    if (passedOver > 0) this.logToStderr(`${passedOver} utterances have no text`);
    this.log(`\nprofile  ${file}`);
    return result;
  }
}

function noteOn({ notes, places }: ProposedGrapheme): string {
  return [...notes.map((note) => MEANING[note]), ...(places.length > 0 ? [`in ${places.join(', ')}`] : [])].join('; ');
}
