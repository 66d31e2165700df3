import { frameCount } from '../encoder/architecture.ts';
import { greedy } from '../ctc/greedy.ts';
import { alignPairs, type AlignedPair } from '../evaluate/score.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../recipe/schema.ts';
import { ahead } from '../support/ahead.ts';
import { makeBatches } from '../support/batches.ts';
import { textToTokens } from '../text/targets.ts';
import type { Item, Prepared } from './prepare.ts';

/** Frames a batch may hold. */
const BATCH_FRAMES = 2000;

/** Decodes recordings with a model, from the sound up, and aligns what came out with the references. */
export async function evaluateModel(model: Model, recipe: Recipe, prepared: Pick<Prepared, 'read'>, items: readonly Item[]): Promise<AlignedPair[]> {
  const hypotheses = new Array<string>(items.length);
  const phones = recipe.text.unit === 'phones';
  const { vocabulary } = model;
  const textOf = (ids: Int32Array): string => (phones ? Array.from(ids, (id) => vocabulary.token(id)).join(' ') : vocabulary.decode(ids));
  const batches = makeBatches(items.map((item) => frameCount(item.samples)), BATCH_FRAMES);
  for await (const { item: batch, result: audio } of ahead(batches, 2, (batch) => Promise.all(batch.examples.map((i) => prepared.read(items[i]!)))))
    (await model.run(audio)).forEach(({ logits, frames }, row) => {
      hypotheses[batch.examples[row]!] = textOf(greedy(logits, 0, frames, vocabulary.size, vocabulary.blank));
    });
  const pairs = items.map((item, i) => ({
    id: item.utterance.id, reference: phones ? item.tokens.join(' ') : item.text, hypothesis: hypotheses[i]!, seconds: item.samples / 16000,
  }));
  return alignPairs(pairs, (text) => (phones ? text.split(' ').filter((p) => p !== '') : textToTokens(text, recipe.text.profile)));
}
