import path from 'node:path';
import { readText } from '../support/files.ts';
import { mappingOfProfile, parseProfile, tokensOfProfile } from '../text/profile.ts';
import { TONE_MARKS } from '../text/tones.ts';
import type { Recipe } from './schema.ts';

/**
 * The recipe with its orthography profile's graphemes in place of the file's name, so that a run's lock holds them all
 * and a changed profile is another recipe. Tones that stand alone are graphemes of it too.
 * @param folder the recipe's; a profile is named from there, or from where the command runs
 */
export async function withProfile(recipe: Recipe, folder: string): Promise<Recipe> {
  const { profile_file: name, ...text } = recipe.text;
  const { tokens, mapping } =
    name === undefined ? { tokens: [], mapping: text.mapping } : await readProfile(name, folder);
  const tones = text.tones === 'separate' ? TONE_MARKS : [];
  const profile = [...new Set([...text.profile, ...tokens, ...tones])];
  return { ...recipe, text: { ...text, profile, ...(mapping && { mapping }) } };
}

async function readProfile(name: string, folder: string): Promise<{ tokens: string[]; mapping?: [string, string][] }> {
  const beside = path.resolve(folder, name);
  const entries = parseProfile(await readText(beside).catch(() => readText(name)), name);
  const mapping = mappingOfProfile(entries);
  return { tokens: tokensOfProfile(entries), ...(mapping && { mapping }) };
}
