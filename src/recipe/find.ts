import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../support/errors.ts';
import { closest } from '../support/edit-distance.ts';
import { docsPage, packaged } from '../support/package.ts';

/**
 * The file of a recipe: by its path, or by the name of a recipe in ./recipes or among those that come with the package.
 * @throws InputError when there is none, with the nearest name that there is
 * @example findRecipe('italian-10min') // 'recipes/italian-10min.yaml'
 */
export function findRecipe(name: string): string {
  const asked = /\.ya?ml$/.test(name) ? [name] : [path.join('recipes', `${name}.yaml`), name];
  const found = [...asked, ...asked.filter((file) => !path.isAbsolute(file)).map(packaged)].find(existsSync);
  if (found !== undefined) return found;
  const near = closest(path.basename(name, path.extname(name)), packagedRecipes());
  throw new InputError(
    `no recipe ${name}${near === undefined ? '' : ` (${near}?)`}`,
    `Name a file, or a recipe in ./recipes or of the package: ${docsPage('recipes.md')} shows how one is written.`,
  );
}

function packagedRecipes(): string[] {
  return readdirSync(packaged('recipes'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'));
}
