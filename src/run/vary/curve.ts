import path from 'node:path';
import { renderCurve } from '../../report/curve-page.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { RecipeInput } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { summaryOf } from '../runs/summary.ts';
import { varyRecipe, type Variant, type VaryOptions } from './vary.ts';

export interface CurveOptions extends VaryOptions {
  /** Of training, each more than the one before. */
  minutes: readonly number[];
}

/** How errors fall with more speech. */
export interface Curve {
  points: CurvePoint[];
  /** A page with the plot and the table. */
  page: string;
}

export interface CurvePoint extends Pick<Variant, 'dev' | 'test' | 'runs' | 'seconds'> {
  /** Asked for. */
  minutes: number;
  /** That there were: less, where the corpus has no more. */
  trained: number;
  /** Of the first seed's run. */
  test_ci95: { cer: [number, number]; wer: [number, number] };
}

/**
 * Runs a recipe with more and more training speech, dev and test staying as they are: the first minutes lie in the
 * second, and so on. Killed, the same call goes on where it was.
 * @throws InputError for minutes that don't grow, and as {@link varyRecipe} does
 * @example const { points } = await learningCurve('italian-10min', { minutes: [1, 2, 5, 10] });
 */
export async function learningCurve(
  source: string | RecipeInput,
  { minutes, ...options }: CurveOptions,
): Promise<Curve> {
  if (minutes.length === 0 || minutes.some((value, i) => i > 0 && value <= minutes[i - 1]!))
    throw new InputError(`the minutes ${minutes.join(', ')} don’t grow`, 'Name them from few to many: 1,2,5,10.');
  const recipe = await loadRecipe(source, { set: options.set });
  const sets = minutes.map((value) => [`split.train.minutes=${value}`]);
  const { variants } = await varyRecipe(source, sets, options);
  const points: CurvePoint[] = [];
  for (const [i, variant] of variants.entries()) points.push(await pointOf(minutes[i]!, variant));
  const page = path.join(options.runs ?? 'runs', `curve-${recipe.name}-${recipeHash(recipe).slice(0, 8)}.html`);
  await writeAtomic(
    page,
    renderCurve({
      title: recipe.title ?? recipe.name,
      unit: recipe.text.unit,
      createdAt: new Date().toISOString(),
      points,
    }),
  );
  return { points, page };
}

async function pointOf(minutes: number, { dev, test, runs, seconds }: Variant): Promise<CurvePoint> {
  const first = await summaryOf(RunFolder.at(runs[0]!.folder));
  const { cer_ci95: cer, wer_ci95: wer } = first.test!;
  return { minutes, trained: first.minutes.train, dev, test, test_ci95: { cer, wer }, runs, seconds };
}
