import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { loadRun } from '../evaluate/load.ts';
import { alignPairs, score } from '../evaluate/score.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { recipeSchema } from '../recipe/schema.ts';
import { InputError } from '../support/errors.ts';
import { readText } from '../support/files.ts';
import { costLines, type CostFigures } from './costs.ts';
import type { ComparedRun } from './data.ts';

/**
 * What a comparison shows of a finished run: its recipe, its scores on a split, its utterances.
 * @throws InputError when the folder is none of a finished run
 */
export async function finishedRun(folder: string, split: string): Promise<ComparedRun> {
  const lockFile = path.join(folder, 'recipe.lock.yaml');
  if (!existsSync(lockFile))
    throw new InputError(
      'a page needs the folders of two runs: there is no recipe.lock.yaml here',
      'Name the folders of finished runs, or leave out --page.',
      { file: folder },
    );
  const text = await readText(lockFile);
  const recipe = recipeSchema.safeParse((parse(text) as { recipe: unknown }).recipe);
  if (!recipe.success)
    throw new InputError('the run is of another version of isogloss', 'Run its recipe again.', { file: lockFile });
  const { title, name, language } = recipe.data;
  const { pairs: loaded, rule } = await loadRun(folder, split);
  const pairs = alignPairs(loaded, tokeniser(rule));
  const finished = await stat(path.join(folder, 'hypotheses.jsonl'));
  return {
    title: title ?? name,
    language,
    createdAt: finished.mtime.toISOString(),
    unit: recipe.data.text.unit,
    recipe: text,
    costs: costLines(JSON.parse(await readText(path.join(folder, 'metrics.json'))) as CostFigures),
    rows: [{ name: split, note: '', scores: score(pairs) }],
    utterances: pairs.map((pair) => ({
      pair,
      ...(pair.speaker === undefined ? {} : { speaker: pair.speaker }),
      ...(pair.snr === undefined ? {} : { snrDb: pair.snr }),
    })),
  };
}
