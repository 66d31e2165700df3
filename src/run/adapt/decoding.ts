import type { Recipe } from '../../recipe/schema.ts';
import type { Choice } from './starting-recipe.ts';

/** Letters of context that a model of letters sees. */
const ORDER = 6;

/**
 * Decoding with a model of the training transcripts' letters, where the recipe says nothing else: it mends word breaks
 * and spellings that the sound leaves open. Its weights are found on dev, none among them; greedy decoding is measured
 * beside it.
 */
export function chooseDecoding(recipe: Recipe): { recipe: Recipe; choices: Choice[] } {
  if (recipe.text.unit === 'phones' || recipe.decoding.method === 'beam') return { recipe, choices: [] };
  const language_model = { unit: 'character' as const, order: ORDER, texts: [] };
  return {
    recipe: { ...recipe, decoding: { ...recipe.decoding, method: 'beam', language_model } },
    choices: [
      { at: ['decoding'], reason: 'a model of the training transcripts’ letters; its weights are found on dev' },
    ],
  };
}
