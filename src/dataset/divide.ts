import type { Relaxed } from '../corpus/split/relaxed.ts';
import type { Reserved } from '../corpus/split/split.ts';
import { minimumFrames } from '../ctc/feasible.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import type { Recipe } from '../recipe/schema.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { splitItems } from './split-items.ts';
import type { TextItem } from './texts.ts';
import { UnusableCorpus } from './unusable.ts';

/** A text and how long its recording is. */
export interface MeasuredItem extends TextItem {
  samples: number;
}

/** What holds over from a model's first training. */
export interface Earlier {
  /** Extended where the text needs it. */
  vocabulary?: Vocabulary | undefined;
  reserved?: Reserved | undefined;
}

/** The parts of a split, with the ids of what the head is to write. */
export interface Divided<T> {
  train: Labelled<T>[];
  dev: Labelled<T>[];
  test: Labelled<T>[];
  vocabulary: Vocabulary;
  /** Rules of the split that could not be kept. */
  relaxed: Relaxed[];
}

type Labelled<T> = T & { target: Int32Array };

/**
 * Splits as the recipe says, and makes the vocabulary of what training is to write.
 * @param setAside gets what training can't use
 * @throws UnusableCorpus where a part would be empty
 */
export async function divide<T extends MeasuredItem>(
  recipe: Recipe,
  items: readonly T[],
  setAside: SetAside[],
  earlier: Earlier = {},
): Promise<Divided<T>> {
  const utterances = items.length + setAside.length;
  if (items.length === 0) throw new UnusableCorpus(setAside, utterances);
  const split = await splitItems(recipe, items, setAside, earlier.reserved).catch((error: unknown) => {
    throw error instanceof InputError && setAside.length > 0 ? new UnusableCorpus(setAside, utterances, error) : error;
  });
  const vocabulary = Vocabulary.build(
    split.train.map((item) => item.tokens),
    earlier.vocabulary,
  );
  const train = usable(split.train, vocabulary, setAside);
  if (train.length === 0) throw new UnusableCorpus(setAside, utterances);
  // Characters that training never saw count as errors in dev and test; they are no reason to leave an utterance out.
  const labelled = (part: T[]): Labelled<T>[] =>
    part.map((item) => ({ ...item, target: vocabulary.encode(item.tokens).ids }));
  return { train, dev: labelled(split.dev), test: labelled(split.test), vocabulary, relaxed: split.relaxed };
}

/** Training items whose target fits into their frames. */
function usable<T extends MeasuredItem>(
  items: readonly T[],
  vocabulary: Vocabulary,
  setAside: SetAside[],
): Labelled<T>[] {
  return items.flatMap((item) => {
    const target = vocabulary.encode(item.tokens).ids;
    const [needed, there] = [minimumFrames(target), frameCount(item.samples)];
    if (needed <= there) return [{ ...item, target }];
    setAside.push({
      item: item.utterance.id,
      code: 'target-too-long',
      reason:
        `${item.tokens.length} tokens need ${needed} frames of 20 ms, the recording has ${there}: is the ` +
        'transcript the right one?',
    });
    return [];
  });
}
