import type { Document } from 'yaml';
import type { z } from 'zod';
import { closest } from '../support/edit-distance.ts';
import { recipeSchema } from './schema.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a recipe's field in plain words, and where: unknown keys with the one that was probably meant. */
export function explain(issue: Issue, written: Document): { message: string; path: PropertyKey[] } {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = issue.path.length > 0 ? knownKeys(issue.path) : [...knownKeys([]), 'extends'];
    const near = closest(key, known);
    const name = [...issue.path, key].join('.');
    return {
      message: `unknown key ${name}${near ? ` (${near}?)` : ''}; allowed here: ${known.join(', ')}`,
      path: [...issue.path, key],
    };
  }
  const missing = issue.code === 'invalid_type' && written.getIn(issue.path as string[]) === undefined;
  const where = issue.path.join('.') || 'the recipe';
  if (missing) return { message: `${where} is missing`, path: issue.path.slice(0, -1) };
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  return { message: `${where}: ${message}`, path: issue.path };
}

/** The keys that the schema has at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: unknown = recipeSchema;
  for (const key of path) node = unwrapped(node)?.[String(key)];
  return Object.keys(unwrapped(node) ?? {});
}

function unwrapped(node: unknown): Record<string, unknown> | undefined {
  let current = node as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined;
  while (current && !current.shape) current = current.def?.innerType as typeof current;
  return current?.shape;
}
