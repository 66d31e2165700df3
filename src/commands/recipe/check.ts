import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { setFlag } from '../../cli/flags.ts';
import { checkRecipe, describeMemory, describePreview, type CheckedRecipe } from '../../run/index.ts';

export default class RecipeCheck extends BaseCommand {
  static override summary =
    'Check a recipe and show what it makes of its corpus: the split, what is set aside or left out, the letters.';
  static override description =
    'Also shows it with all its defaults (--json), where its encoder comes from, and the memory that training takes. ' +
    'Recordings are not decoded, and nothing is fetched.';
  static override examples = ['<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml'];
  static override args = {
    recipe: Args.string({ required: true, description: 'a recipe: its file (YAML), or its name' }),
  };

  static override flags = { set: setFlag };

  async run(): Promise<CheckedRecipe> {
    const { args, flags } = await this.parse(RecipeCheck);
    const { progress, signal } = this;
    const checked = await checkRecipe(args.recipe, { set: flags.set, progress, signal });
    const { run, encoder, memory = [], corpus } = checked;
    this.log(`${args.recipe} is in order; its run folder is ${run}\nencoder: ${encoder.what}`);
    for (const { stage, bytes: need, ...how } of memory)
      this.log(`memory for training ${stage}, with recordings of ten seconds: ${describeMemory({ ...how, need })}`);
    for (const line of describePreview(corpus)) this.log(line);
    return checked;
  }
}
