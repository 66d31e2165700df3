import { tuneWeights, type TriedWeights } from '../decode/tune.ts';
import { alignPairs, score } from '../evaluate/score.ts';
import { Decoder, type Decoding, type Knowledge } from '../model/decoder.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Progress } from '../support/progress.ts';
import { notice } from '../support/notices.ts';
import { hotwordsBy } from '../text/hotwords.ts';
import { textToTokens } from '../text/targets.ts';
import { modelOutputs } from './model-outputs.ts';
import type { Prepared } from '../dataset/prepare.ts';

/** Enough to tell good weights from bad ones, at a fraction of the time. */
const TUNING_BEAM = 12;

export interface TunedDecoding {
  decoding: Decoding;
  /** What was tried on dev, for the report; empty where the recipe gives the weights. */
  tried: TriedWeights[];
}

/** Finds the language model's weights by CER on dev, unless the recipe gives them. */
export async function tuneDecoding(
  recipe: Recipe,
  prepared: Prepared,
  model: Model,
  knowledge: Knowledge,
  progress: Progress,
): Promise<TunedDecoding> {
  const { beam_width, lexicon, hotword_weight, alpha, beta } = recipe.decoding;
  const hotwords = hotwordsOf(recipe, prepared);
  const decoding = (weights: { alpha: number; beta: number }, width = beam_width): Decoding => ({
    method: 'beam',
    beam_width: width,
    ...weights,
    lexicon,
    hotwords,
    hotword_weight,
  });
  if (!knowledge.languageModel) return { decoding: decoding({ alpha: 0, beta: 0 }), tried: [] };
  if (alpha !== undefined && beta !== undefined) return { decoding: decoding({ alpha, beta }), tried: [] };
  const outputs = await modelOutputs(model, prepared, prepared.dev);
  const task = progress('tune decoding', undefined, 'weights');
  const errorRate = (weights: { alpha: number; beta: number }): number => {
    const decoder = new Decoder(model.vocabulary, decoding(weights, TUNING_BEAM), knowledge);
    const pairs = prepared.dev.map((item, i) => ({
      id: item.utterance.id,
      reference: item.text,
      hypothesis: decoder.decode(outputs[i]!.logits, outputs[i]!.frames).text,
    }));
    task.advance();
    return score(alignPairs(pairs, (text) => textToTokens(text, recipe.text.profile))).cer;
  };
  const { best, tried } = await tuneWeights(errorRate);
  task.done();
  return { decoding: decoding({ alpha: best.alpha, beta: best.beta }), tried };
}

function hotwordsOf(recipe: Recipe, { text, vocabulary }: Prepared): string[] {
  if (recipe.text.unit === 'phones') return recipe.decoding.hotwords;
  const { hotwords, unwritable } = hotwordsBy(recipe.decoding.hotwords, text.rules, vocabulary, recipe.text.profile);
  if (unwritable.length > 0)
    notice(`decoding.hotwords: no training transcript has all letters of ${unwritable.join(', ')}: left out.`);
  return hotwords;
}
