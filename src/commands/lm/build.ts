import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { thresholdsFlag } from '../../cli/flags.ts';
import { columns } from '../../cli/format.ts';
import { buildLanguageModel, describeRemoved, textUnits, type BuildResult } from '../../lm/index.ts';

export default class LmBuild extends BaseCommand {
  static override summary = 'Make a language model from text, a sentence a line.';
  static override description =
    'N-grams by interpolated modified Kneser–Ney, as KenLM’s lmplz estimates them. Text larger than memory is ' +
    'fine: counts go to disk beside the output. Without --language or --recipe the text is taken as it stands.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --language it --order 3 --output it.lm text.txt',
    '<%= config.bin %> <%= command.id %> --recipe recipes/italian-10min.yaml --unit character --order 6 --prune ' +
      '0,0,1 --output it.lm text.txt',
  ];
  static override args = { text: Args.string({ required: true, description: 'text files (UTF-8)' }) };
  static override flags = {
    output: Flags.string({ description: 'the model’s file, a binary that opens at once' }),
    arpa: Flags.string({ description: 'write an ARPA file too, for other programs' }),
    unit: Flags.option({
      options: ['word', 'character'] as const,
      default: 'word',
      description: 'what the n-grams are made of',
    })(),
    order: Flags.integer({ default: 3, description: 'length of the longest n-grams' }),
    language: Flags.string({
      exclusive: ['recipe'],
      description: 'normalise: lower case, no punctuation, numbers in words of this language',
    }),
    recipe: Flags.string({
      exclusive: ['language'],
      description: 'normalise as this recipe does, with its orthography profile',
    }),
    prune: thresholdsFlag({
      description: 'leave out n-grams that occur this often or less, for each order from 1 on, e.g. 0,0,1',
    }),
    vocabulary: Flags.integer({ description: 'keep only so many of the most frequent tokens' }),
    memory: Flags.integer({ default: 1024, description: 'megabytes for counting' }),
  };

  async run(): Promise<BuildResult> {
    const { argv, flags } = await this.parse(LmBuild);
    const { output: binary, arpa, order, prune, vocabulary, memory } = flags;
    const { progress, signal } = this;
    const settings = { ...(await textUnits(flags)), order, prune, vocabulary, memory };
    const result = await buildLanguageModel(argv as string[], settings, { binary, arpa, progress, signal });
    const { sentences, tokens, lines_left_out: leftOut } = result;
    this.log(`${sentences} sentences, ${tokens} tokens${leftOut > 0 ? `, ${leftOut} lines left out` : ''}\n`);
    const rows = result.ngrams.map(({ count, discounts }, i) => [
      `${i + 1}-grams`,
      String(count),
      ...discounts.map((d) => d.toFixed(3)),
    ]);
    this.log(columns([['', 'number', 'D1', 'D2', 'D3+'], ...rows]));
    const fallback = result.ngrams.flatMap((level, i) => (level.fallback ? [`${i + 1}`] : []));
    if (fallback.length > 0)
      this.logToStderr(
        `\nToo little text, or too regular, to estimate the discounts of order ${fallback.join(', ')}: ` +
          'usual ones stand in.',
      );
    for (const removed of result.removed) this.logToStderr(`left out of the text: ${describeRemoved(removed)}`);
    return result;
  }
}
