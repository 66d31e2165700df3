import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { encoderOrigin, type EncoderOrigin } from '../../encoder/origin.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';

export default class RecipeCheck extends BaseCommand {
  static override summary = 'Check a recipe, show it with all its defaults, and say where its encoder comes from.';
  static override examples = ['<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml'];
  static override args = { recipe: Args.string({ required: true, description: 'a recipe (YAML)' }) };

  async run(): Promise<{ recipe: Recipe; run: string; encoder: EncoderOrigin }> {
    const { args } = await this.parse(RecipeCheck);
    const recipe = await loadRecipe(args.recipe);
    const run = `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`;
    const encoder = await encoderOrigin(recipe.encoder, recipe.start);
    this.log(`${args.recipe} is in order; its run folder is ${run}\nencoder: ${encoder.what}`);
    return { recipe, run, encoder };
  }
}
