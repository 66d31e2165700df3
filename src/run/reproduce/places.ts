import path from 'node:path';
import type { Recipe } from '../../recipe/schema.ts';

/** What a recipe names beside itself, and where it names it. */
export type PlaceKind = 'corpus' | 'split' | 'text' | 'start' | 'encoder' | 'teacher' | 'untranscribed';

/** The folder of an archive for what its recipe names: what lies there is named so in the recipe. */
export const BESIDE = 'files';

/** The list of what lies, or should lie, in {@link BESIDE}. */
export const BESIDE_LIST = 'beside.json';

/** In {@link BESIDE}, where an archive is not to hold them. */
export const HOTWORDS = `${BESIDE}/hotwords.json`;

/** The recipe with other names for all that it names beside itself. @param index from 0, where there may be several */
export function withPlaces(recipe: Recipe, change: (place: string, kind: PlaceKind, index: number) => string): Recipe {
  const each = (places: string | string[], kind: PlaceKind): string | string[] =>
    typeof places === 'string' ? change(places, kind, 0) : places.map((place, i) => change(place, kind, i));
  const { corpus, split, start, encoder, training, decoding, untranscribed } = recipe;
  const { teacher } = training;
  const { language_model: model } = decoding;
  return {
    ...recipe,
    corpus: each(corpus, 'corpus'),
    ...(untranscribed === undefined ? {} : { untranscribed: each(untranscribed, 'untranscribed') }),
    ...(start === undefined ? {} : { start: change(start, 'start', 0) }),
    split: split.file === undefined ? split : { ...split, file: change(split.file, 'split', 0) },
    encoder: { ...encoder, model: change(encoder.model, 'encoder', 0) },
    training: teacher ? { ...training, teacher: { ...teacher, model: change(teacher.model, 'teacher', 0) } } : training,
    decoding: model
      ? { ...decoding, language_model: { ...model, texts: each(model.texts, 'text') as string[] } }
      : decoding,
  };
}

/** As it lies in an unpacked archive. */
export const placedIn = (folder: string, place: string): string =>
  place.startsWith(`${BESIDE}/`) ? path.join(folder, place) : place;
