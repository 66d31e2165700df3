import type { AudioCache } from '../audio/cache.ts';
import { audioPath } from '../corpus/manifest.ts';
import type { Relaxed } from '../corpus/split/relaxed.ts';
import type { Reserved } from '../corpus/split/split.ts';
import type { Utterance } from '../corpus/utterance.ts';
import { minimumFrames } from '../ctc/feasible.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import type { Recipe } from '../recipe/schema.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { silent, type Progress } from '../support/progress.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { openCorpora } from './corpora.ts';
import { decodeAll } from './decode-items.ts';
import { splitItems } from './split-items.ts';
import { normalisedTexts, type TextSummary } from './texts.ts';
import { UnusableCorpus } from './unusable.ts';

/** An utterance ready for training: text normalised, recording decoded and found sound. */
export interface Item {
  utterance: Utterance;
  folder: string;
  text: string;
  tokens: string[];
  target: Int32Array;
  samples: number;
  /** Content hash of the audio. */
  key: string;
}

/** An item before the vocabulary is known. */
export type Unlabelled = Omit<Item, 'target'>;

export interface Prepared {
  train: Item[];
  dev: Item[];
  test: Item[];
  vocabulary: Vocabulary;
  /** What became of the transcripts. */
  text: TextSummary;
  setAside: SetAside[];
  /** Rules of the split that could not be kept. */
  relaxed: Relaxed[];
  read: (item: Item) => Promise<Float32Array>;
  /** The file that its audio lies in, decoded. */
  decoded: (item: Item) => string;
}

/**
 * Gets the corpora, normalises, splits, decodes. What can't be used is set aside with the reason; the rest goes on.
 * @param earlier what a model to go on from asks for
 */
export async function prepare(
  recipe: Recipe,
  cache: AudioCache,
  progress: Progress = silent,
  signal?: AbortSignal,
  earlier: Earlier = {},
): Promise<Prepared> {
  const setAside: SetAside[] = [];
  const places = await openCorpora(recipe, progress, signal);
  const { items: texts, summary } = await normalisedTexts(recipe, places, setAside);
  const utterances = texts.length + setAside.length;
  const decoded = await decodeAll(texts, cache, setAside, progress, signal);
  if (decoded.length === 0) throw new UnusableCorpus(setAside, utterances);
  const split = await splitItems(recipe, decoded, setAside, earlier.reserved).catch((error: unknown) => {
    throw error instanceof InputError && setAside.length > 0 ? new UnusableCorpus(setAside, utterances, error) : error;
  });
  const vocabulary = Vocabulary.build(
    split.train.map((item) => item.tokens),
    earlier.vocabulary,
  );
  const train = usable(split.train, vocabulary, setAside);
  if (train.length === 0) throw new UnusableCorpus(setAside, utterances);
  // Characters that training never saw count as errors in dev and test; they are no reason to leave an utterance out.
  const labelled = (part: Unlabelled[]): Item[] =>
    part.map((item) => ({ ...item, target: vocabulary.encode(item.tokens).ids }));
  return {
    train,
    dev: labelled(split.dev),
    test: labelled(split.test),
    vocabulary,
    text: summary,
    setAside,
    relaxed: split.relaxed,
    read: (item) => cache.read(audioPath(item.folder, item.utterance), item.utterance),
    decoded: (item) => cache.placeOf(item.key),
  };
}

/** What holds over from a model's first training. */
export interface Earlier {
  /** Extended where the text needs it. */
  vocabulary?: Vocabulary | undefined;
  reserved?: Reserved | undefined;
}

/** Training items whose target fits into their frames. */
function usable(items: Unlabelled[], vocabulary: Vocabulary, setAside: SetAside[]): Item[] {
  return items.flatMap((item) => {
    const target = vocabulary.encode(item.tokens).ids;
    const [needed, there] = [minimumFrames(target), frameCount(item.samples)];
    if (needed <= there) return [{ ...item, target }];
    setAside.push({
      item: item.utterance.id,
      code: 'target-too-long',
      reason: `${item.tokens.length} tokens need ${needed} frames of 20 ms, the recording has ${there}: is the transcript the right one?`,
    });
    return [];
  });
}
