import { existsSync } from 'node:fs';
import { AudioCache } from '../audio/cache.ts';
import type { Stretch } from '../audio/stretches.ts';
import { fetchCorpus } from '../corpus/fetch/fetch.ts';
import { audioPath, manifestPath } from '../corpus/manifest.ts';
import { findCorpus } from '../corpus/source.ts';
import { splitCorpus, type Reserved } from '../corpus/split.ts';
import type { Utterance } from '../corpus/utterance.ts';
import { minimumFrames } from '../ctc/feasible.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import type { Recipe } from '../recipe/schema.ts';
import { prefetch } from '../support/prefetch.ts';
import { InputError, IsoglossError, type SetAside } from '../support/errors.ts';
import { silent, type Progress } from '../support/progress.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { normalisedTexts, type CorpusFolder, type TextItem, type TextSummary } from './texts.ts';
import { docsPage } from '../support/package.ts';

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

type Unlabelled = Omit<Item, 'target'>;

export interface Prepared {
  train: Item[];
  dev: Item[];
  test: Item[];
  vocabulary: Vocabulary;
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
  progress: Progress = silent,
  signal?: AbortSignal,
  earlier: Earlier = {},
): Promise<Prepared> {
  const setAside: SetAside[] = [];
  const places = await corpora(recipe, progress, signal);
  const { items: texts, summary } = await normalisedTexts(recipe, places, setAside);
  const decoded = await decodeAll(texts, cache, setAside, progress, signal);
  const byUtterance = new Map(decoded.map((item) => [item.utterance, item]));
  const split = splitCorpus(
    decoded.map((item) => item.utterance),
    recipe.split,
    (u) => byUtterance.get(u)!.tokens.join(' '),
    earlier.reserved,
  );
  const itemsOf = (part: Utterance[]): Unlabelled[] => part.map((u) => byUtterance.get(u)!);
  const vocabulary = Vocabulary.build(
    itemsOf(split.train).map((item) => item.tokens),
    earlier.vocabulary,
  );
  const train = usable(itemsOf(split.train), vocabulary, setAside);
  if (train.length === 0 || split.dev.length === 0 || split.test.length === 0)
    throw new InputError(
      `the corpus gives ${train.length} utterances to train, ${split.dev.length} dev, ${split.test.length} test`,
      'Ask for fewer minutes in split, or add recordings.',
    );
  // Characters that training never saw count as errors in dev and test; they are no reason to leave an utterance out.
  const labelled = (part: Utterance[]): Item[] =>
    itemsOf(part).map((item) => ({ ...item, target: vocabulary.encode(item.tokens).ids }));
  return {
    train,
    dev: labelled(split.dev),
    test: labelled(split.test),
    vocabulary,
    text: summary,
    setAside,
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

async function corpora(recipe: Recipe, progress: Progress, signal?: AbortSignal): Promise<CorpusFolder[]> {
  const places: CorpusFolder[] = [];
  for (const name of [recipe.corpus].flat()) {
    const place = findCorpus(name);
    if (place.sourceFolder) await fetchCorpus(name, { progress, ...(signal ? { signal } : {}) });
    else if (!existsSync(manifestPath(place.folder)))
      throw new InputError('no manifest.jsonl', `${docsPage('corpora.md')} shows how to make one.`, {
        file: place.folder,
      });
    places.push(place);
  }
  return places;
}

async function decodeAll(
  items: readonly TextItem[],
  cache: AudioCache,
  setAside: SetAside[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Unlabelled[]> {
  const task = progress('prepare', items.length, 'utterances');
  const decode = async (item: TextItem): Promise<Unlabelled | IsoglossError> => {
    signal?.throwIfAborted();
    try {
      const file = audioPath(item.folder, item.utterance);
      const length = await cache.length(file, item.utterance);
      return {
        ...item,
        utterance: { ...item.utterance, duration: length / 16000 },
        samples: length,
        key: await cache.key(file, item.utterance),
      };
    } catch (error) {
      // A recording that can't be read is left out; a full disk or a bad manifest stops the run.
      if (error instanceof InputError && !error.message.includes('outside the corpus')) return error;
      throw error;
    }
  };
  const decodeGroup = async (group: readonly TextItem[]): Promise<(Unlabelled | IsoglossError)[]> => {
    await cache.fill(group.map(stretchOf), signal);
    const decoded: (Unlabelled | IsoglossError)[] = [];
    for (const item of group) decoded.push(await decode(item));
    return decoded;
  };
  const decoded = new Map<TextItem, Unlabelled | IsoglossError>();
  for await (const { item: group, result } of prefetch(byRecording(items, 64), 2, decodeGroup)) {
    task.advance(group.length);
    result.forEach((item, i) => decoded.set(group[i]!, item));
  }
  task.done();
  return items.flatMap((asked) => {
    const item = decoded.get(asked)!;
    const { id } = asked.utterance;
    if (item instanceof IsoglossError) setAside.push({ item: id, reason: item.message, place: item.place });
    else if (frameCount(item.samples) < 2) setAside.push({ item: id, reason: 'shorter than two frames (45 ms)' });
    else return [item];
    return [];
  });
}

const stretchOf = ({ folder, utterance }: TextItem): Stretch => ({
  file: audioPath(folder, utterance),
  start: utterance.start,
  end: utterance.end,
  track: utterance.track,
  channel: utterance.channel,
});

/** Some at a time, with all that are of one recording among them: it is decoded once. */
function* byRecording(items: readonly TextItem[], atLeast: number): Generator<TextItem[]> {
  const recordings = new Map<string, TextItem[]>();
  for (const item of items) {
    const name = `${item.folder}\0${item.utterance.audio}`;
    const others = recordings.get(name);
    if (others) others.push(item);
    else recordings.set(name, [item]);
  }
  let group: TextItem[] = [];
  for (const recording of recordings.values()) {
    group.push(...recording);
    if (group.length < atLeast) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Training items whose target fits into their frames. */
function usable(items: Unlabelled[], vocabulary: Vocabulary, setAside: SetAside[]): Item[] {
  return items.flatMap((item) => {
    const target = vocabulary.encode(item.tokens).ids;
    const [needed, there] = [minimumFrames(target), frameCount(item.samples)];
    if (needed <= there) return [{ ...item, target }];
    setAside.push({
      item: item.utterance.id,
      reason: `${item.tokens.length} tokens need ${needed} frames of 20 ms, the recording has ${there}: is the transcript the right one?`,
    });
    return [];
  });
}
