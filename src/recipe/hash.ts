import { sha256 } from '../support/files.ts';
import type { Recipe } from './schema.ts';

/** The recipe's hash: of its content with all defaults, so that comments and order don't matter. */
export function recipeHash(recipe: Recipe): string {
  return sha256(JSON.stringify(sortedKeys(recipe)));
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortedKeys(inner)]),
  );
}
