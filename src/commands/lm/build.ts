import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns } from '../../cli/format.ts';
import { buildLanguageModel, type BuildResult } from '../../lm/build.ts';
import { plainRules, type TextUnits } from '../../lm/units.ts';
import { loadRecipe } from '../../recipe/load.ts';
import { InputError } from '../../support/errors.ts';

export default class LmBuild extends BaseCommand {
  static override summary = 'Make a language model from text, a sentence a line.';
  static override description =
    'N-grams by interpolated modified Kneser–Ney, as KenLM’s lmplz estimates them. Text larger than memory is fine: counts go to disk beside the output. Without --language or --recipe the text is taken as it stands.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --language it --order 3 --output it.lm text.txt',
    '<%= config.bin %> <%= command.id %> --recipe recipes/italian-10min.yaml --unit character --order 6 --prune 0,0,1 --output it.lm text.txt',
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
    prune: Flags.string({
      description: 'leave out n-grams that occur this often or less, for each order from 1 on, e.g. 0,0,1',
    }),
    vocabulary: Flags.integer({ description: 'keep only so many of the most frequent tokens' }),
    memory: Flags.integer({ default: 1024, description: 'megabytes for counting' }),
  };

  async run(): Promise<BuildResult> {
    const { argv, flags } = await this.parse(LmBuild);
    const { unit, order, vocabulary, memory, output, arpa } = flags;
    const prune = flags.prune?.split(',').map(threshold);
    const settings = {
      ...(await this.units(unit, flags)),
      order,
      memory,
      ...(prune ? { prune } : {}),
      ...(vocabulary === undefined ? {} : { vocabulary }),
    };
    const result = await buildLanguageModel(
      argv as string[],
      settings,
      { ...(output ? { binary: output } : {}), ...(arpa ? { arpa } : {}) },
      this.progress,
      this.signal,
    );
    this.log(
      `${result.sentences} sentences, ${result.tokens} tokens${result.lines_left_out > 0 ? `, ${result.lines_left_out} lines left out` : ''}\n`,
    );
    const rows = result.ngrams.map(({ count, discounts }, i) => [
      `${i + 1}-grams`,
      String(count),
      ...discounts.map((d) => d.toFixed(3)),
    ]);
    this.log(columns([['', 'number', 'D1', 'D2', 'D3+'], ...rows]));
    const fallback = result.ngrams.flatMap((level, i) => (level.fallback ? [`${i + 1}`] : []));
    if (fallback.length > 0)
      this.logToStderr(
        `\nToo little text, or too regular, to estimate the discounts of order ${fallback.join(', ')}: usual ones stand in.`,
      );
    return result;
  }

  private async units(
    unit: TextUnits['unit'],
    { language, recipe }: { language?: string | undefined; recipe?: string | undefined },
  ): Promise<TextUnits> {
    if (language) return { unit, rules: plainRules(language) };
    if (!recipe) return { unit };
    const loaded = await loadRecipe(recipe);
    const { unit: written, profile, ...rules } = loaded.text;
    if (written === 'phones')
      throw new InputError('this recipe’s head writes phones, not text', 'Name a recipe with text.unit: graphemes.', {
        file: recipe,
      });
    return { unit, rules: { ...rules, language: loaded.language }, profile };
  }
}

function threshold(text: string): number {
  if (!/^\d+$/.test(text))
    throw new InputError(`--prune: ${text} is no whole number`, 'Give a number for each order, e.g. 0,0,1.');
  return Number(text);
}
