import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { mlflowFiles } from '../../formats/mlflow.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { readText, writeAtomic } from '../../support/files.ts';
import { RunFolder } from './run-folder.ts';
import { scalarsOf } from './scalars.ts';

/**
 * Writes runs as MLflow keeps them in files, an experiment a corpus.
 * @returns of each run its meta.yaml
 * @throws InputError when it is no run, or no epoch of it is over
 */
export async function writeMlflow(folders: readonly string[], out: string): Promise<string[]> {
  const written: string[] = [];
  for (const folder of folders) {
    const run = RunFolder.at(folder);
    const recipe = await run.recipe();
    const corpora = [recipe.corpus].flat().map((place) => path.basename(place));
    const files = mlflowFiles(pathToFileURL(path.resolve(out)).href, {
      experiment: corpora.join(', '),
      name: path.basename(path.resolve(folder)),
      finished: (await run.state()) === 'finished',
      params: paramsOf(recipe),
      metrics: await scalarsOf(folder),
      artifacts: { 'recipe.lock.yaml': await readText(run.file('recipe.lock.yaml')) },
    });
    for (const [name, text] of files) await writeAtomic(path.join(out, name), text);
    written.push(path.join(out, [...files.keys()].at(-1)!));
  }
  return written;
}

/** What has keys of the author's choice, such as text.map, is one value. */
function paramsOf(recipe: Recipe): Record<string, unknown> {
  const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const params = Object.entries(recipe).flatMap(([field, value]: [string, unknown]): [string, unknown][] =>
    isMap(value) && !Array.isArray(value)
      ? Object.entries(value).map(([key, one]: [string, unknown]) => [`${field}.${key}`, one])
      : [[field, value]],
  );
  return Object.fromEntries(params.filter(([, value]) => value !== undefined));
}
