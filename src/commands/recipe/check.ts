import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';

export default class RecipeCheck extends BaseCommand {
  static override summary = 'Check a recipe and show it with all its defaults.';
  static override examples = ['<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml'];
  static override args = { recipe: Args.string({ required: true, description: 'a recipe (YAML)' }) };

  async run(): Promise<{ recipe: Recipe; run: string }> {
    const { args } = await this.parse(RecipeCheck);
    const recipe = await loadRecipe(args.recipe);
    const run = `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`;
    this.log(`${args.recipe} is in order; its run folder is ${run}`);
    return { recipe, run };
  }
}
