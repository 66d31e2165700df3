import { Document, isMap, isScalar, type Pair } from 'yaml';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { writeAtomic } from '../../support/files.ts';
import type { Choice } from './starting-recipe.ts';

/** What else was thought of. */
export interface NotTaken {
  /** Tried, and no better. */
  rejected: readonly string[];
  /** Not tried: no time was left. */
  untried: readonly string[];
}

/** Writes a recipe as a person would: what differs from the defaults, with the reason above each choice. */
export async function writeRecipe(
  file: string,
  recipe: Recipe,
  choices: readonly Choice[],
  notTaken: NotTaken,
): Promise<void> {
  await writeAtomic(file, recipeText(recipe, choices, notTaken));
}

/** @returns YAML that gives the same recipe when it is read */
export function recipeText(
  recipe: Recipe,
  choices: readonly Choice[],
  { rejected, untried }: NotTaken = { rejected: [], untried: [] },
): string {
  const { name, language, corpus } = recipe;
  const defaults = recipeSchema.parse({ name, language, corpus });
  const document = new Document({ name, language, corpus, ...(difference(recipe, defaults) as object) });
  for (const { at, reason } of choices) comment(document, at, reason);
  const notes = [
    ...(rejected.length > 0 ? [` Tried, and no better on dev: ${rejected.join(', ')}.`] : []),
    ...(untried.length > 0 ? [` No time was left for: ${untried.join(', ')}.`] : []),
  ];
  if (notes.length > 0) document.commentBefore = notes.join('\n');
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
