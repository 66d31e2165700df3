import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { describePreview } from '../../dataset/describe-preview.ts';
import { previewCorpora, type CorpusPreview, type NotHere } from '../../dataset/preview.ts';
import { encoderOrigin, type EncoderOrigin } from '../../encoder/origin.ts';
import { recipeHash } from '../../recipe/hash.ts';
import { loadRecipe } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { describeMemory, memoryOfRecipe, type MemoryPlan } from '../../train/memory.ts';

export default class RecipeCheck extends BaseCommand {
  static override summary =
    'Check a recipe and show what it makes of its corpus: the split, what is set aside or left out, the letters.';
  static override description =
    'Also shows it with all its defaults (--json), where its encoder comes from, and the memory that training takes. Recordings are not decoded, and nothing is fetched.';
  static override examples = ['<%= config.bin %> <%= command.id %> recipes/italian-10min.yaml'];
  static override args = {
    recipe: Args.string({ required: true, description: 'a recipe: its file (YAML), or its name' }),
  };

  async run(): Promise<RecipeChecked> {
    const { args } = await this.parse(RecipeCheck);
    const recipe = await loadRecipe(args.recipe);
    const run = `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`;
    const encoder = await encoderOrigin(recipe.encoder, recipe.start);
    this.log(`${args.recipe} is in order; its run folder is ${run}\nencoder: ${encoder.what}`);
    const memory = await this.memoryOf(recipe, encoder);
    const corpus = await previewCorpora(recipe, this.progress, this.signal);
    for (const line of describePreview(corpus)) this.log(line);
    return { recipe, run, encoder, ...(memory ? { memory } : {}), corpus };
  }

  /** What a run goes on from is only known when that is there, and what is on the Hub when it is fetched. */
  private async memoryOf(recipe: Recipe, encoder: EncoderOrigin): Promise<RecipeMemory[] | undefined> {
    if (recipe.start !== undefined || encoder.from === 'hub') return undefined;
    const memory = await memoryOfRecipe(recipe);
    for (const plan of memory)
      this.log(`memory for training ${plan.stage}, with recordings of ten seconds: ${describeMemory(plan)}`);
    return memory.map(({ stage, mode, need }) => ({ stage, mode, bytes: need }));
  }
}

interface RecipeChecked {
  recipe: Recipe;
  run: string;
  encoder: EncoderOrigin;
  memory?: RecipeMemory[];
  corpus: CorpusPreview | NotHere;
}

/** Bytes that a stage will need at its peak, by what they are for. */
interface RecipeMemory extends Pick<MemoryPlan, 'mode'> {
  stage: string;
  bytes: MemoryPlan['need'];
}
