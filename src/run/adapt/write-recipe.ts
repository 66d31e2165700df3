import { Document, isMap, isScalar, type Pair } from 'yaml';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { writeAtomic } from '../../support/files.ts';
import type { Choice } from './starting-recipe.ts';

/** Writes a recipe as a person would: what differs from the defaults, with the reason above each choice. */
export async function writeRecipe(file: string, recipe: Recipe, choices: readonly Choice[]): Promise<void> {
  await writeAtomic(file, recipeText(recipe, choices));
}

/** @returns YAML that gives the same recipe when it is read */
export function recipeText(recipe: Recipe, choices: readonly Choice[]): string {
  const { name, language, corpus } = recipe;
  const defaults = recipeSchema.parse({ name, language, corpus });
  const document = new Document({ name, language, corpus, ...(difference(recipe, defaults) as object) });
  for (const { at, reason } of choices) comment(document, at, reason);
  return document.toString({ lineWidth: 120 });
}

/** What of a value is not as in another, as deep as both are objects. */
function difference(value: unknown, other: unknown): unknown {
  if (!isObject(value) || !isObject(other)) return value;
  const entries = Object.entries(value)
    .filter(([key, inner]) => inner !== undefined && JSON.stringify(inner) !== JSON.stringify(other[key]))
    .map(([key, inner]) => [key, difference(inner, other[key])] as const);
  return Object.fromEntries(entries);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts a reason above the key that a choice is about, or above the nearest around it that is written. */
function comment(document: Document, at: readonly string[], reason: string): void {
  for (let depth = at.length; depth > 0; depth--) {
    const map = depth === 1 ? document.contents : document.getIn(at.slice(0, depth - 1), true);
    if (!isMap(map)) continue;
    const pair = map.items.find((item) => isScalar(item.key) && item.key.value === at[depth - 1]);
    if (!pair) continue;
    const key = (pair as Pair<{ commentBefore?: string | null }>).key;
    key.commentBefore = `${key.commentBefore ? `${key.commentBefore}\n` : ''} ${reason}`;
    return;
  }
}
