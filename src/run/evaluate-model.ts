import { SAMPLE_RATE } from '../audio/format.ts';
import { signalToNoise } from '../audio/quality.ts';
import { frameCount, FRAME_SAMPLES } from '../encoder/own/architecture.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { alignPairs, type AlignedPair } from '../evaluate/score.ts';
import type { Decoded, Decoder } from '../model/decoder.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../recipe/schema.ts';
import { silent, type Progress } from '../support/progress.ts';
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
  /** How unlike what was learnt from each recording is, where the model knows. */
  unlike: (number | undefined)[];
}

/** Decodes recordings with a model, from the sound up, and aligns what came out with the references. */
export async function evaluateModel(
  model: Model,
  recipe: Recipe,
  prepared: Pick<Prepared, 'read'>,
  items: readonly Item[],
  progress: Progress = silent,
): Promise<Evaluated> {
  return (await evaluateDecoders(model, [model.decoder], recipe, prepared, items, progress))[0]!;
}

/** The same for several decoders at once, which read what one pass through the encoder gave. */
export async function evaluateDecoders(
  model: Model,
  decoders: readonly Decoder[],
  recipe: Recipe,
  prepared: Pick<Prepared, 'read'>,
  items: readonly Item[],
  progress: Progress = silent,
): Promise<Evaluated[]> {
  const task = progress('evaluate', items.length, 'utterances');
  const decoded = decoders.map(() => new Array<Decoded>(items.length));
  const snr = new Float64Array(items.length);
  const unlikeness = new Array<number | undefined>(items.length);
  const batches = makeBatches(
    items.map((item) => frameCount(item.samples)),
    BATCH_FRAMES,
  );
  for await (const { item: batch, result: audio } of prefetch(batches, 2, (batch) =>
    Promise.all(batch.examples.map((i) => prepared.read(items[i]!))),
  )) {
    (await model.run(audio)).forEach(({ logits, frames, unlike }, row) => {
      const at = batch.examples[row]!;
      decoders.forEach((decoder, i) => (decoded[i]![at] = decoder.decode(logits, frames, unlike)));
      unlikeness[at] = unlike;
      snr[at] = signalToNoise(audio[row]!);
    });
    task.advance(batch.examples.length);
  }
  task.done();
  return decoded.map((each) => ({
    pairs: pairsOf(model, recipe, items, each, snr),
    words: each.map((one) => (recipe.text.unit === 'phones' ? [] : wordsOf(one))),
    unlike: unlikeness,
  }));
}

function pairsOf(
  model: Model,
  recipe: Recipe,
  items: readonly Item[],
  decoded: readonly Decoded[],
  snr: Float64Array,
): AlignedPair[] {
  const phones = recipe.text.unit === 'phones';
  const textOf = ({ text, ids }: Decoded): string =>
    phones ? Array.from(ids, (id) => model.vocabulary.token(id)).join(' ') : text;
  const pairs = items.map(({ utterance, tokens, text, samples }, i) => ({
    id: utterance.id,
    reference: phones ? tokens.join(' ') : text,
    hypothesis: textOf(decoded[i]!),
    seconds: samples / SAMPLE_RATE,
    file: utterance.audio,
    snr: Number(snr[i]!.toFixed(1)),
    ...(utterance.speaker === undefined ? {} : { speaker: utterance.speaker }),
    ...(utterance.source?.tier === undefined ? {} : { tier: utterance.source.tier }),
    ...(decoded[i]!.nbest && !phones ? { nbest: decoded[i]!.nbest } : {}),
  }));
  return alignPairs(pairs, tokeniser(recipe.text));
}

function wordsOf({ words }: Decoded): RecognisedWord[] {
  const seconds = (frames: number): number => (frames * FRAME_SAMPLES) / SAMPLE_RATE;
  return words.map(({ word, start, end, confidence }) => ({
    text: word,
    start: seconds(start),
    end: seconds(end),
    confidence,
  }));
}
