import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { newRecipe, type NewRecipe } from '../../run/index.ts';
import { amount } from '../../cli/format.ts';

export default class RecipeNew extends BaseCommand {
  static override summary = 'Write a recipe that fits a corpus: its minutes, its speakers, its letters.';
  static override examples = ['<%= config.bin %> <%= command.id %> mboshi --language mdw'];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    language: Flags.string({ description: 'its code, e.g. mdw or pt-BR; what the manifest says, if absent' }),
    name: Flags.string({ description: 'name of the recipe; the corpus’s name, if absent' }),
    output: Flags.string({ description: 'the file to write; recipes/NAME.yaml, if absent' }),
  };

  async run(): Promise<NewRecipe> {
    const { args, flags } = await this.parse(RecipeNew);
    const { progress, signal } = this;
    const result = await newRecipe(args.corpus, { ...flags, progress, signal });
    const { minutes, utterances, speakers } = result.survey;
    this.log(
      `${amount(utterances, 'utterance')}, ${minutes.toFixed(1)} minutes, ` +
        amount(Math.max(1, speakers.length), 'speaker'),
    );
    for (const { at, reason } of result.choices) this.log(`${at.join('.')}: ${reason}`);
    this.log(`\nrecipe  ${result.file}\nnext    isogloss run ${result.file}`);
    return result;
  }
}
