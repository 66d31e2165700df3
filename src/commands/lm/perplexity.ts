import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { columns } from '../../cli/format.ts';
import { perplexityOf, type Perplexity } from '../../lm/index.ts';

export default class LmPerplexity extends BaseCommand {
  static override summary = 'Tell how well a language model foresees a text.';
  static override description = 'The text is normalised as that of the model was. Ends of sentences count as tokens.';
  static override strict = false;
  static override examples = ['<%= config.bin %> <%= command.id %> it.lm other-text.txt'];
  static override args = {
    model: Args.string({ required: true, description: 'a model made by lm build, or an ARPA file' }),
    text: Args.string({
      required: true,
      description: 'text files (UTF-8), a sentence a line, that the model was not made from',
    }),
  };

  async run(): Promise<Perplexity> {
    const { argv, args } = await this.parse(LmPerplexity);
    const result = await perplexityOf(args.model, (argv as string[]).slice(1));
    this.log(
      columns([
        ['perplexity', result.perplexity.toFixed(2)],
        ['without unknown tokens', result.perplexity_of_known.toFixed(2)],
        ['sentences', String(result.sentences)],
        ['tokens', String(result.tokens)],
        ['unknown tokens', String(result.unknown)],
        ['log10 P', result.log10.toFixed(2)],
      ]),
    );
    return result;
  }
}
