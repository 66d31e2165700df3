import type { AudioCache } from '../audio/cache.ts';
import { audioPath } from '../corpus/manifest.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { SetAside } from '../support/errors.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { openCorpora } from './corpora.ts';
import { decodeAll } from './decode-items.ts';
import { divide, type Divided, type Earlier, type MeasuredItem } from './divide.ts';
import { normalisedTexts, type TextSummary } from './texts.ts';

/** An utterance ready for training: text normalised, recording decoded and found sound. */
export interface Item extends MeasuredItem {
  target: Int32Array;
  /** Content hash of the audio. */
  key: string;
}

/** An item before the vocabulary is known. */
export type Unlabelled = Omit<Item, 'target'>;

export interface Prepared extends Divided<Unlabelled> {
  /** What became of the transcripts. */
  text: TextSummary;
  setAside: SetAside[];
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
  { progress = silent, signal, ...earlier }: JobOptions & Earlier = {},
): Promise<Prepared> {
  const setAside: SetAside[] = [];
  const places = await openCorpora(recipe, { progress, signal });
  const { items: texts, summary } = await normalisedTexts(recipe, places, setAside);
  const decoded = await decodeAll(texts, cache, setAside, { progress, signal });
  const parts = await divide(recipe, decoded, setAside, earlier);
  return {
    ...parts,
    text: summary,
    setAside,
    read: (item) => cache.read(audioPath(item.folder, item.utterance), item.utterance),
    decoded: (item) => cache.placeOf(item.key),
  };
}
