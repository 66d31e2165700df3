import { signalToNoise } from '../audio/quality.ts';
import { frameCount, FRAME_SAMPLES } from '../encoder/own/architecture.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { alignPairs, type AlignedPair } from '../evaluate/score.ts';
import type { Decoded } from '../model/decoder.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../recipe/schema.ts';
import { prefetch } from '../support/prefetch.ts';
import { makeBatches } from '../support/batches.ts';
import { BATCH_FRAMES } from './model-outputs.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';

/** A word that was recognised: seconds from the utterance's start, and how sure the network was. */
export interface RecognisedWord {
  text: string;
  start: number;
  end: number;
  confidence: number;
}

/** What a model makes of a split. */
export interface Evaluated {
  pairs: AlignedPair[];
  /** Of each pair's hypothesis; none where the model writes phones. */
  words: RecognisedWord[][];
}

/** Decodes recordings with a model, from the sound up, and aligns what came out with the references. */
export async function evaluateModel(
  model: Model,
  recipe: Recipe,
  prepared: Pick<Prepared, 'read'>,
  items: readonly Item[],
  decoder = model.decoder,
): Promise<Evaluated> {
  const decoded = new Array<Decoded>(items.length);
  const snr = new Float64Array(items.length);
  const phones = recipe.text.unit === 'phones';
  const batches = makeBatches(
    items.map((item) => frameCount(item.samples)),
    BATCH_FRAMES,
  );
  for await (const { item: batch, result: audio } of prefetch(batches, 2, (batch) =>
    Promise.all(batch.examples.map((i) => prepared.read(items[i]!))),
  ))
    (await model.run(audio)).forEach(({ logits, frames }, row) => {
      decoded[batch.examples[row]!] = decoder.decode(logits, frames);
      snr[batch.examples[row]!] = signalToNoise(audio[row]!);
    });
  const textOf = ({ text, ids }: Decoded): string =>
    phones ? Array.from(ids, (id) => model.vocabulary.token(id)).join(' ') : text;
  const pairs = items.map(({ utterance, tokens, text, samples }, i) => ({
    id: utterance.id,
    reference: phones ? tokens.join(' ') : text,
    hypothesis: textOf(decoded[i]!),
    seconds: samples / 16000,
    file: utterance.audio,
    snr: Number(snr[i]!.toFixed(1)),
    ...(utterance.speaker === undefined ? {} : { speaker: utterance.speaker }),
    ...(decoded[i]!.nbest && !phones ? { nbest: decoded[i]!.nbest } : {}),
  }));
  const seconds = (frames: number): number => (frames * FRAME_SAMPLES) / 16000;
  const words = decoded.map((one) =>
    phones
      ? []
      : one.words.map(({ word, start, end, confidence }) => ({
          text: word,
          start: seconds(start),
          end: seconds(end),
          confidence,
        })),
  );
  return { pairs: alignPairs(pairs, tokeniser(recipe.text)), words };
}
