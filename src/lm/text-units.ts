import { loadRecipe } from '../recipe/load.ts';
import { InputError } from '../support/errors.ts';
import { plainRules, type TextUnits } from './units.ts';

/** How text becomes tokens: as a language's texts usually do, or as a recipe says. */
export interface TextUnitsChoice {
  unit: TextUnits['unit'];
  /** Lower case, no punctuation, numbers in words of this language. */
  language?: string | undefined;
  /** Its rules and its orthography profile: a file, or a recipe's name. */
  recipe?: string | undefined;
}

/**
 * What a language model is to be made of. With neither a language nor a recipe, text is taken as it stands.
 * @throws InputError for a language or a recipe that is none, or a recipe of phones
 * @example
 * const units = await textUnits({ unit: 'character', recipe: 'italian-10min' });
 */
export async function textUnits({ unit, language, recipe }: TextUnitsChoice): Promise<TextUnits> {
  if (language) return { unit, rules: plainRules(language) };
  if (!recipe) return { unit };
  const loaded = await loadRecipe(recipe);
  const { unit: written, profile, ...rules } = loaded.text;
  if (written === 'phones')
    throw new InputError('this recipe’s head writes phones, not text', 'Name a recipe with text.unit: graphemes.', {
      file: recipe,
    });
  return { unit, rules: { ...rules, language: loaded.language }, profile };
}
