import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { spellsNumbers } from '../../text/numbers.ts';
import type { CorpusSurvey } from './survey.ts';

/** A choice in a recipe, and why it was made. */
export interface Choice {
  /** Where in the recipe, e.g. `['split', 'test']`. */
  at: readonly string[];
  reason: string;
}

export interface StartingRecipe {
  recipe: Recipe;
  choices: Choice[];
}

/**
 * A sensible recipe for a corpus, before anything was tried: what it depends on is the amount of speech and what the
 * transcripts are written with.
 * @param options.language BCP 47; what the manifest says, if absent
 * @throws InputError when nobody says what language it is
 */
export function startingRecipe(
  survey: CorpusSurvey,
  { name, corpus, language = survey.language, seed = 1 }: RecipeNames,
): StartingRecipe {
  if (language === undefined)
    throw new InputError(
      'the manifest doesn’t say what language is spoken',
      'Add --language with its code, e.g. mdw (ISO 639-3) or pt-BR; und, if it has none.',
    );
  const choices: Choice[] = [];
  const choose = <T>(at: readonly string[], value: T, reason: string): T => {
    choices.push({ at, reason });
    return value;
  };
  const split = splitFor(survey.minutes);
  const digits = digitsFor(survey, language);
  const recipe = recipeSchema.parse({
    name,
    language,
    corpus: corpus.length === 1 ? corpus[0] : [...corpus],
    split: choose(
      ['split'],
      split,
      survey.splitGiven
        ? 'the corpus says what is for training, dev and test, and that stays; minutes count for what it doesn’t say'
        : `of ${survey.minutes.toFixed(1)} minutes: a test that is long enough to be believed, the rest to learn from`,
    ),
    ...(digits && { text: { digits: choose(['text', 'digits'], digits.rule, digits.reason) } }),
    baseline: { random_encoder: false },
    seed,
  });
  return { recipe, choices };
}

export interface RecipeNames {
  name: string;
  corpus: readonly string[];
  language?: string | undefined;
  seed?: number | undefined;
}

/** A fifth to test on and an eighth to choose by, up to five and four minutes. */
function splitFor(minutes: number): { test: { minutes: number }; dev: { minutes: number } } {
  const part = (share: number, most: number): number =>
    Math.max(0.1, Number(Math.min(most, minutes * share).toFixed(2)));
  return { test: { minutes: part(0.2, 5) }, dev: { minutes: part(0.125, 4) } };
}

function digitsFor({ digits }: CorpusSurvey, language: string): { rule: string; reason: string } | undefined {
  if (digits.utterances === 0) return undefined;
  const of = `${digits.utterances} utterances have digits`;
  if (digits.afterLetters === digits.utterances)
    return { rule: 'keep', reason: `${of}, always behind a letter: they look like tones` };
  if (spellsNumbers(language)) return { rule: 'spell', reason: `${of}; numbers of this language can be written out` };
  return { rule: 'exclude', reason: `${of}, and how this language says numbers isn’t known: they are set aside` };
}
