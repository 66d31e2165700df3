import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { encoderOrigin, type EncoderOrigin } from '../../encoder/origin.ts';
import { recipeHash } from '../../recipe/hash.ts';
import { loadRecipe } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { describeMemory, memoryOfRecipe, type MemoryPlan } from '../../train/memory.ts';

export default class RecipeCheck extends BaseCommand {
  static override summary = 'Check a recipe, show it with all its defaults, and say where its encoder comes from.';
  static override examples = ['<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml'];
  static override args = {
    recipe: Args.string({ required: true, description: 'a recipe: its file (YAML), or its name' }),
  };

  async run(): Promise<{ recipe: Recipe; run: string; encoder: EncoderOrigin; memory?: RecipeMemory[] }> {
    const { args } = await this.parse(RecipeCheck);
    const recipe = await loadRecipe(args.recipe);
    const run = `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`;
    const encoder = await encoderOrigin(recipe.encoder, recipe.start);
    this.log(`${args.recipe} is in order; its run folder is ${run}\nencoder: ${encoder.what}`);
    // What a run goes on from is only known when that is there, and what is on the Hub when it is fetched.
    if (recipe.start !== undefined || encoder.from === 'hub') return { recipe, run, encoder };
    const memory = await memoryOfRecipe(recipe);
    for (const plan of memory)
      this.log(`memory for training ${plan.stage}, with recordings of ten seconds: ${describeMemory(plan)}`);
    return { recipe, run, encoder, memory: memory.map(({ stage, mode, need }) => ({ stage, mode, bytes: need })) };
  }
}

/** Bytes that a stage will need at its peak, by what they are for. */
interface RecipeMemory extends Pick<MemoryPlan, 'mode'> {
  stage: string;
  bytes: MemoryPlan['need'];
}
