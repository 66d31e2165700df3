import type { Recipe } from '../../recipe/schema.ts';

/** The same for recipes that begin with the same: layers, heads and trainings part them only later. */
export function beginningKey({ corpus, language, split, text, start, untranscribed, encoder }: Recipe): string {
  const opened = { ...encoder, layer: undefined, freeze: undefined };
  return JSON.stringify([corpus, language, split, text, start, untranscribed, opened]);
}
