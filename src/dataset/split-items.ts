import path from 'node:path';
import { publishedParts, type PartList } from '../corpus/split/fixed.ts';
import { readSplitList } from '../corpus/split/list-file.ts';
import { splitCorpus, type Reserved, type Split } from '../corpus/split/split.ts';
import type { Spoken } from '../corpus/split/spoken.ts';
import type { Recipe } from '../recipe/schema.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import type { MeasuredItem } from './divide.ts';

/**
 * Divides items as the recipe says: by its list, else by the manifest's field `split`, else by its rules.
 * @param setAside what the list may name besides
 */
export async function splitItems<T extends MeasuredItem>(
  recipe: Recipe,
  items: readonly T[],
  setAside: readonly SetAside[],
  reserved?: Reserved,
): Promise<Split<T>> {
  const { file } = recipe.split;
  const listed =
    file === undefined
      ? publishedParts(items.map(({ utterance }) => utterance))
      : await listedParts(file, items, setAside);
  const byId = new Map(items.map((item) => [item.utterance.id, item]));
  const split = splitCorpus(items.map(spoken), recipe.split, { listed, reserved });
  const itemsOf = (part: readonly Spoken[]): T[] => part.map(({ id }) => byId.get(id)!);
  return {
    train: itemsOf(split.train),
    dev: itemsOf(split.dev),
    test: itemsOf(split.test),
    unused: itemsOf(split.unused),
    relaxed: split.relaxed,
  };
}

function spoken({ utterance: { id, audio, speaker, start, end }, folder, tokens, samples }: MeasuredItem): Spoken {
  return {
    id,
    seconds: samples / SAMPLE_RATE,
    recording: path.join(folder, audio),
    text: tokens.join(' '),
    speaker,
    start,
    end,
  };
}

/** @throws InputError when the list names what the corpus doesn't have */
async function listedParts(
  file: string,
  items: readonly MeasuredItem[],
  setAside: readonly SetAside[],
): Promise<PartList> {
  const listed = await readSplitList(file);
  const known = new Set([...items.map(({ utterance }) => utterance.id), ...setAside.map(({ item }) => item)]);
  const unknown = [...listed.parts.keys()].filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new InputError(
      `${unknown.length} of ${listed.parts.size} ids are of no utterance in the corpus (the first: ${unknown[0]!})`,
      'Take the ids from the manifest; of several corpora, each with its corpus’s name: NAME/ID.',
      { file },
    );
  return listed;
}
