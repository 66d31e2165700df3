import type { Recipe } from '../../recipe/schema.ts';
import { WorkError } from '../../support/errors.ts';
import { changesBetween, describeChanges, readInputs } from '../inputs.ts';
import { beginningKey } from '../vary/beginning-key.ts';

/**
 * Runs that begin with the same corpus and encoder must have seen the same, whichever machine they were on.
 * @param folders of the recipes' runs
 * @throws WorkError naming two that have not, and what differs
 */
export async function checkSameInputs(recipes: readonly Recipe[], folders: readonly string[]): Promise<void> {
  const first = new Map<string, string>();
  for (const [i, recipe] of recipes.entries()) {
    const key = JSON.stringify([beginningKey(recipe), recipe.decoding.language_model]);
    const before = first.get(key);
    if (before === undefined) first.set(key, folders[i]!);
    else await compare(before, folders[i]!);
  }
}

async function compare(one: string, other: string): Promise<void> {
  const [before, now] = [await readInputs(one), await readInputs(other)];
  const changes = before && now ? changesBetween(before, now) : [];
  if (changes.length === 0) return;
  throw new WorkError(
    `${other} has not worked on what ${one} has: ${describeChanges(changes)}`,
    'Let corpora lie on a disk that all machines share, or copy them anew; remove one of the two, and run it again.',
  );
}
