import { loadRecipe } from '../../recipe/load.ts';
import { spreadOf, type Spread } from '../../evaluate/spread.ts';
import type { Recipe, RecipeInput } from '../../recipe/schema.ts';
import type { Progress } from '../../support/progress.ts';
import { silent } from '../../support/progress.ts';
import { runByQueue } from '../queue/submit.ts';
import { runRecipe, withBaseline, type RunOptions } from '../run.ts';
import type { RunResult } from '../result.ts';

export interface VaryOptions extends RunOptions {
  /** How many seeds each variant is run with: the recipe's, and those after it; 1 if not said. */
  seeds?: number | undefined;
  /** Address of a Redis or Valkey server: workers there run them (`workOnRuns`). */
  queue?: string | undefined;
  /** Told of each run that is done. */
  onRun?: ((run: VariantRun) => void) | undefined;
}

/** A recipe with some fields set, run with one seed or several. Rates are shares. */
export interface Variant {
  /** `head.dims=256`, beside the recipe. */
  set: string[];
  /** Over seeds. */
  dev: { cer: Spread; wer: Spread };
  test: { cer: Spread; wer: Spread };
  /** Of training, all seeds together. */
  seconds: number;
  runs: VariantRun[];
}

export interface VariantRun {
  folder: string;
  seed: number;
  /** Whether it was there from before. */
  known: boolean;
  dev: { cer: number; wer: number };
  test: { cer: number; wer: number };
}

export interface Variants {
  /** In the order asked for. */
  variants: Variant[];
  /** Which of them is best on dev, by CER; test chooses nothing. */
  best: number;
}

/**
 * Runs a recipe in several variants, each a run in a folder of its own: killed, the same call goes on where it was, and
 * what was run before is taken as it is. Features that variants share are computed once.
 * @param variants of each the fields to set, see {@link gridOf}
 * @throws InputError before anything runs, when one of the variants is no recipe
 * @example
 * const { variants, best } = await varyRecipe('mine.yaml', [['head.dims=128'], ['head.dims=256']], { seeds: 3 });
 */
export async function varyRecipe(
  source: string | RecipeInput,
  variants: readonly (readonly string[])[],
  { seeds = 1, onRun, queue, ...options }: VaryOptions = {},
): Promise<Variants> {
  const planned = (await Promise.all(variants.map((set) => planOf(source, set, seeds, options)))).flat();
  const onDone = (result: RunResult, i: number): void => onRun?.(runOf(result, planned[i]!.recipe));
  const results = await (queue === undefined
    ? runHere(source, planned, options, onDone)
    : runByQueue(
        queue,
        planned.map(({ recipe }) => withBaseline(recipe, options)),
        { ...options, runs: options.runs ?? 'runs', onDone },
      ));
  const done = variants.map((set, i): Variant => {
    const own = results.slice(i * seeds, (i + 1) * seeds);
    const runs = own.map((result, k) => runOf(result, planned[i * seeds + k]!.recipe));
    const seconds = own.reduce((sum, { metrics }) => sum + metrics.train.seconds, 0);
    return { set: [...set], ...ratesOf(runs), seconds, runs };
  });
  return { variants: done, best: bestOnDev(done) };
}

interface Planned {
  set: string[];
  recipe: Recipe;
}

/** Each seed as settings of its own; one alone is the recipe's, and its folder that of a plain run. */
async function planOf(
  source: string | RecipeInput,
  variant: readonly string[],
  seeds: number,
  options: RunOptions,
): Promise<Planned[]> {
  const set = [...(options.set ?? []), ...variant];
  const recipe = await loadRecipe(source, { set });
  return Array.from({ length: seeds }, (_, i) => {
    const seed = recipe.seed + i;
    return { set: i === 0 ? set : [...set, `seed=${seed}`], recipe: { ...recipe, seed } };
  });
}

async function runHere(
  source: string | RecipeInput,
  planned: readonly Planned[],
  options: RunOptions,
  onDone: (result: RunResult, index: number) => void,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (const [i, { set }] of planned.entries()) {
    const progress = numbered(options.progress ?? silent, `${i + 1}/${planned.length}`);
    results.push(await runRecipe(source, { ...options, set, progress }));
    onDone(results[i]!, i);
  }
  return results;
}

const numbered =
  (progress: Progress, number: string): Progress =>
  (stage, total, unit) =>
    progress(`${number} ${stage}`, total, unit);

const runOf = ({ folder, known, metrics: { dev, test } }: RunResult, { seed }: Recipe): VariantRun => ({
  folder,
  seed,
  known,
  dev: { cer: dev.cer, wer: dev.wer },
  test: { cer: test.cer, wer: test.wer },
});

function ratesOf(runs: readonly VariantRun[]): Pick<Variant, 'dev' | 'test'> {
  const rates = (part: 'dev' | 'test'): Variant['dev'] => ({
    cer: spreadOf(runs.map((run) => run[part].cer)),
    wer: spreadOf(runs.map((run) => run[part].wer)),
  });
  return { dev: rates('dev'), test: rates('test') };
}

/** The first of those that are equally good. */
function bestOnDev(variants: readonly Variant[]): number {
  const rates = variants.map(({ dev }) => dev.cer.mean);
  return rates.indexOf(Math.min(...rates));
}
