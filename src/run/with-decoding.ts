import path from 'node:path';
import type { TriedWeights } from '../decode/tune.ts';
import { loadLanguageModel } from '../lm/load.ts';
import { Model } from '../model/model.ts';
import type { ModelParts } from '../model/parts.ts';
import { learnLanguage } from './language-model.ts';
import { tuneDecoding } from './tune-decoding.ts';
import type { Work } from './work.ts';

/** The model with what it needs to decode as the recipe says, and the weights that were tried on dev. */
export async function withDecoding(
  { recipe, prepared, folder, progress, signal }: Work,
  parts: ModelParts,
): Promise<{ parts: ModelParts; tried: TriedWeights[] }> {
  if (recipe.decoding.method === 'greedy') return { parts, tried: [] };
  const { languageModel, words } = await learnLanguage(recipe, prepared, path.join(folder, 'language-model'), {
    progress,
    signal,
  });
  const model = await Model.assemble(parts);
  const knowledge = {
    words,
    languageModel: languageModel === undefined ? undefined : await loadLanguageModel(languageModel),
  };
  const { decoding, tried } = await tuneDecoding(recipe, prepared, model, knowledge, progress);
  await model.release();
  return { parts: { ...parts, about: { ...parts.about, decoding }, languageModel, words }, tried };
}
