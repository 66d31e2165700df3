import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { InputError, type Place } from '../support/errors.ts';

const require = createRequire(import.meta.url);
type Speller = (value: string) => string;
const spellers = new Map<string, Speller | undefined>();

/**
 * A number in words, e.g. `21` in Italian → `ventuno`.
 * @throws InputError when the language's number words are not known
 */
export function numberWords(digits: string, language: string, place: Place): string {
  if (!spellers.has(language)) spellers.set(language, loadSpeller(language));
  const speller = spellers.get(language);
  if (!speller)
    throw new InputError(
      `number words of the language ${language} are not known`,
      'Write the numbers out, or set text.digits in the recipe to remove, exclude or keep.',
      place,
    );
  return speller(digits);
}

/** Whether a language's number words are known. */
export const spellsNumbers = (language: string): boolean => loadSpeller(language) !== undefined;

/** n2words has a module a locale (`it-IT`); a bare language takes the first of its locales. */
function loadSpeller(language: string): Speller | undefined {
  const folder = path.dirname(require.resolve('n2words/package.json'));
  const known = readdirSync(path.join(folder, 'src'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => name.slice(0, -3));
  const locale =
    known.find((name) => name === language) ?? known.find((name) => name.split('-')[0] === language.split('-')[0]);
  if (!locale) return undefined;
  const module = require(`n2words/${locale}`) as { toCardinal: Speller };
  return module.toCardinal;
}
