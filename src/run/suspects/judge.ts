import { minimumFrames } from '../../ctc/feasible.ts';
import { ctcLoss } from '../../ctc/loss.ts';
import type { Unlabelled } from '../../dataset/prepare.ts';
import { alignPairs } from '../../evaluate/score.ts';
import { tokeniser } from '../../evaluate/tokens.ts';
import { Decoder } from '../../model/decoder.ts';
import type { Model, Output } from '../../model/model.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { UNKNOWN } from '../../text/vocabulary.ts';
import { modelOutputs } from '../model-outputs.ts';

/** What a model makes of an utterance, beside its transcript. */
export interface Judged {
  item: Unlabelled;
  heard: string;
  /**
   * By how much what was heard is likelier than the transcript, in nats a letter of the transcript: the difference of
   * their CTC losses. Infinity where the transcript needs more frames than there are.
   */
  margin: number;
  /** Of the transcript's letters, as if it were right. */
  cer: number;
  /** Mean of the heard words' confidences; not where nothing was heard. */
  confidence?: number;
}

/** @param read gives the sound of an item */
export async function judge(
  model: Model,
  recipe: Recipe,
  items: readonly Unlabelled[],
  read: (item: Unlabelled) => Promise<Float32Array>,
): Promise<Judged[]> {
  const decoder = new Decoder(model.vocabulary, undefined, {}, model.about.confidence);
  const targets = items.map(({ tokens }) => knownTarget(model, tokens));
  const outputs = await modelOutputs(
    model,
    { read },
    items.map((item, i) => ({ ...item, target: targets[i]! })),
  );
  const decoded = outputs.map(({ logits, frames }) => decoder.decode(logits, frames));
  const textOf = (ids: Int32Array): string => Array.from(ids, (id) => model.vocabulary.token(id)).join(' ');
  const phones = recipe.text.unit === 'phones';
  const pairs = items.map(({ utterance, text, tokens }, i) => ({
    id: utterance.id,
    reference: phones ? tokens.join(' ') : text,
    hypothesis: phones ? textOf(decoded[i]!.ids) : decoded[i]!.text,
  }));
  return alignPairs(pairs, tokeniser(recipe.text)).map(({ cer, hypothesis }, i) => {
    const { ids, words } = decoded[i]!;
    const sure = words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
    return {
      ...{ item: items[i]!, heard: hypothesis, cer },
      margin: marginOf(model, outputs[i]!, targets[i]!, ids),
      ...(words.length > 0 && !phones && { confidence: sure }),
    };
  });
}

/** Letters that the model has never seen say nothing of where the transcript is wrong. */
function knownTarget({ vocabulary }: Model, tokens: readonly string[]): Int32Array {
  const unknown = vocabulary.encode([UNKNOWN]).ids[0];
  return vocabulary.encode([...tokens]).ids.filter((id) => id !== unknown);
}

function marginOf(model: Model, output: Output, target: Int32Array, heard: Int32Array): number {
  if (minimumFrames(target) > output.frames) return Infinity;
  return (lossOf(model, output, target) - lossOf(model, output, heard)) / Math.max(1, target.length);
}

function lossOf({ vocabulary }: Model, { logits, frames }: Output, target: Int32Array): number {
  const shape = { batch: 1, frames, tokens: vocabulary.size };
  const gradient = new Float32Array(logits.length);
  return ctcLoss(logits, shape, Int32Array.of(frames), [target], vocabulary.blank, gradient)[0]!;
}
