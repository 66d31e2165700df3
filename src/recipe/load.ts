import path from 'node:path';
import { Document, isMap, isNode, isScalar, visit } from 'yaml';
import { InputError, type Place } from '../support/errors.ts';
import { docsPage } from '../support/package.ts';
import { readYaml } from '../support/yaml.ts';
import { findContradiction } from './contradictions.ts';
import { explain } from './explain.ts';
import { findRecipe } from './find.ts';
import { withProfile } from './profile.ts';
import { recipeSchema, type Recipe, type RecipeInput } from './schema.ts';

export { recipeHash } from './hash.ts';

/** Where in its file a recipe's field stands; nowhere, if it was no file. */
type PlaceOf = (path: readonly PropertyKey[]) => Place;

/**
 * Reads and checks a recipe: a file, the name of one (see {@link findRecipe}), or an object with the same fields.
 * @throws InputError with file and line: what is wrong there, and what is allowed
 * @example
 * const recipe = await loadRecipe({ name: 'mine', language: 'it', corpus: 'asterisk-it' });
 */
export async function loadRecipe(recipe: string | RecipeInput): Promise<Recipe> {
  if (typeof recipe !== 'string')
    return withProfile(
      checked(new Document(recipe), () => ({})),
      '.',
    );
  const file = findRecipe(recipe);
  const { document, lineAt } = await readYaml(file, help());
  const placeAt = (offset: number): Place => ({ file, line: lineAt(offset) });
  refuseTags(document, placeAt);
  return withProfile(
    checked(document, (path) => placeAt(offsetOf(document, path))),
    path.dirname(file),
  );
}

function checked(document: Document, placeOf: PlaceOf): Recipe {
  renameOldKeys(document);
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

/** A tag can make a value something other than it looks; nothing in a recipe needs one. */
function refuseTags(document: Document, placeAt: (offset: number) => Place): void {
  visit(document, {
    Pair(_, { key }) {
      // JavaScript's objects have it already: what reads them would pass it over.
      if (isScalar(key) && key.value === '__proto__')
        throw new InputError('__proto__ can’t be a key', `Write it otherwise. ${help()}`, placeAt(key.range?.[0] ?? 0));
    },
    Node(_, node) {
      if (node.tag && !node.tag.startsWith('tag:yaml.org,2002:'))
        throw new InputError(
          `the YAML tag ${node.tag} is not allowed`,
          `Write the plain value. ${help()}`,
          placeAt(node.range?.[0] ?? 0),
        );
    },
  });
}

/** Fields that had another name in earlier versions, where they stand: recipes of then keep working. */
const OLD_KEYS: readonly { at: readonly string[]; old: string; now: string }[] = [
  { at: ['training'], old: 'stay_near', now: 'l2_sp' },
];

function renameOldKeys(document: Document): void {
  for (const { at, old, now } of OLD_KEYS) {
    const map = document.getIn(at);
    if (!isMap(map) || map.has(now)) continue;
    for (const { key } of map.items) if (isScalar(key) && key.value === old) key.value = now;
  }
}

/** Where a key begins, or the nearest thing around it that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === String(path[depth - 1]));
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  return 0;
}

const help = (): string => `${docsPage('recipes.md')} lists every field.`;
