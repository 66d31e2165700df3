import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { loadRun } from '../evaluate/load.ts';
import { alignPairs, score } from '../evaluate/score.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { recipeSchema } from '../recipe/schema.ts';
import { InputError } from '../support/errors.ts';
import { readJson, readText } from '../support/files.ts';
import { shaped } from '../support/shape.ts';
import { readYaml } from '../support/yaml.ts';
import { costLines, type CostFigures } from './costs.ts';
import type { ComparedRun } from './data.ts';

const lockSchema = z.looseObject({ recipe: recipeSchema });

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
  const next = 'Run its recipe again: it was damaged, or is of another version of isogloss.';
  const lock = shaped(lockSchema, (await readYaml(lockFile, next)).value, { file: lockFile }, next);
  const { title, name, language, text: rules } = lock.recipe;
  const { pairs: loaded, rule } = await loadRun(folder, split);
  const pairs = alignPairs(loaded, tokeniser(rule));
  const finished = await stat(path.join(folder, 'hypotheses.jsonl'));
  return {
    title: title ?? name,
    language,
    createdAt: finished.mtime.toISOString(),
    unit: rules.unit,
    recipe: await readText(lockFile),
    costs: costLines((await readJson(path.join(folder, 'metrics.json'))) as CostFigures),
    rows: [{ name: split, note: '', scores: score(pairs) }],
    utterances: pairs.map((pair) => ({
      pair,
      ...(pair.speaker === undefined ? {} : { speaker: pair.speaker }),
      ...(pair.snr === undefined ? {} : { snrDb: pair.snr }),
    })),
  };
}
