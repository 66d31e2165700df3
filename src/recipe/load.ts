import { Document } from 'yaml';
import { InputError, type Place } from '../support/errors.ts';
import { findContradiction } from './contradictions.ts';
import { explain } from './explain.ts';
import { findRecipe } from './find.ts';
import { help, layerOfSetting, layerWith, merged, readLayers, renameOldKeys, type Layer } from './layers.ts';
import { withProfile } from './profile.ts';
import { recipeSchema, type Recipe, type RecipeInput } from './schema.ts';

export { recipeHash } from './hash.ts';

/** Where in its file a recipe's field stands; nowhere, if it was no file. */
type PlaceOf = (path: readonly PropertyKey[]) => Place;

export interface LoadOptions {
  /** Fields that are set beside it: `training.epochs=10`, the value as YAML has it. */
  set?: readonly string[] | undefined;
}

/**
 * Reads and checks a recipe: a file, with those that it extends, the name of one (see {@link findRecipe}), or an object
 * with the same fields.
 * @throws InputError with file and line: what is wrong there, and what is allowed
 * @example
 * const recipe = await loadRecipe({ name: 'mine', language: 'it', corpus: 'asterisk-it' });
 * const longer = await loadRecipe('italian-10min', { set: ['training.epochs=40'] });
 */
export async function loadRecipe(recipe: string | RecipeInput, { set = [] }: LoadOptions = {}): Promise<Recipe> {
  const layers = [...(await layersOf(recipe)), ...set.map(layerOfSetting)];
  const document = layers.length === 1 ? layers[0]!.document : merged(layers);
  const { folder } = layerWith(layers, ['text', 'profile_file']);
  return withProfile(
    checked(document, (path) => layerWith(layers, path).placeOf(path)),
    folder,
  );
}

async function layersOf(recipe: string | RecipeInput): Promise<Layer[]> {
  if (typeof recipe === 'string') return readLayers(findRecipe(recipe));
  const document = new Document(recipe);
  renameOldKeys(document);
  return [{ document, placeOf: () => ({}), folder: '.' }];
}

function checked(document: Document, placeOf: PlaceOf): Recipe {
  const parsed = recipeSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const { message, path } = explain(parsed.error.issues[0]!, document);
    throw new InputError(message, help(), placeOf(path));
  }
  const nonsense = findContradiction(parsed.data, document);
  if (nonsense)
    throw new InputError(`${nonsense.path.join('.')}: ${nonsense.what}`, nonsense.next, placeOf(nonsense.path));
  return parsed.data;
}
